package iam

import (
	"context"

	"ecc/api/awsquery"
	"ecc/api/iam"
	"ecc/store"
)

// The kinds of credentials that nobody has here. Their lists are answered, and
// empty, because who removes a user asks for them all first (Ansible,
// Terraform's force_destroy); the actions that would make some are InvalidAction.

// ListMFADevices finds no second factors of a user, or of the caller.
func (s *Service) ListMFADevices(ctx context.Context, c *awsquery.Call, in *iam.ListMFADevicesRequest) (*iam.ListMFADevicesResult, error) {
	out := &iam.ListMFADevicesResult{MFADevices: []iam.MFADevice{}, IsTruncated: ptr(false)}
	return out, s.hasNone(ctx, c, in.UserName)
}

// ListSSHPublicKeys finds no keys for repositories.
func (s *Service) ListSSHPublicKeys(ctx context.Context, c *awsquery.Call, in *iam.ListSSHPublicKeysRequest) (*iam.ListSSHPublicKeysResult, error) {
	out := &iam.ListSSHPublicKeysResult{SSHPublicKeys: []iam.SSHPublicKeyMetadata{}, IsTruncated: ptr(false)}
	return out, s.hasNone(ctx, c, in.UserName)
}

// ListServiceSpecificCredentials finds no passwords of single services.
func (s *Service) ListServiceSpecificCredentials(ctx context.Context, c *awsquery.Call, in *iam.ListServiceSpecificCredentialsRequest) (*iam.ListServiceSpecificCredentialsResult, error) {
	out := &iam.ListServiceSpecificCredentialsResult{ServiceSpecificCredentials: []iam.ServiceSpecificCredentialMetadata{}}
	return out, s.hasNone(ctx, c, in.UserName)
}

// ListSigningCertificates finds no certificates.
func (s *Service) ListSigningCertificates(ctx context.Context, c *awsquery.Call, in *iam.ListSigningCertificatesRequest) (*iam.ListSigningCertificatesResult, error) {
	out := &iam.ListSigningCertificatesResult{Certificates: []iam.SigningCertificate{}, IsTruncated: ptr(false)}
	return out, s.hasNone(ctx, c, in.UserName)
}

// hasNone refuses a user who does not exist; everybody else has none of it.
func (s *Service) hasNone(ctx context.Context, c *awsquery.Call, user *string) error {
	return s.view(ctx, func(tx *store.Tx) error {
		_, err := userOrSelf(tx, c, user)
		return err
	})
}
