package iam

import (
	"context"
	"time"

	"ecc/api/awsquery"
	"ecc/api/iam"
	"ecc/cloud"
	"ecc/store"
)

// reportLife is how long a credential report is given out; after it a new one
// has to be asked for.
const reportLife = 4 * time.Hour

// GenerateCredentialReport makes the report of the account's credentials, unless
// there is one of the last four hours. It is ready at once; that it was started
// is what clients expect of the first call.
func (s *Service) GenerateCredentialReport(ctx context.Context, c *awsquery.Call, _ *iam.GenerateCredentialReportRequest) (*iam.GenerateCredentialReportResult, error) {
	if r, ok := s.reports.get(c.Caller.Account); ok && c.Now.Before(r.made.Add(reportLife)) {
		return &iam.GenerateCredentialReportResult{State: ptr("COMPLETE")}, nil
	}
	err := s.view(ctx, func(tx *store.Tx) error {
		text, err := s.credentialReport(tx, c.Caller.Account)
		if err == nil {
			s.reports.put(c.Caller.Account, report{made: c.Now.UTC(), text: text})
		}
		return err
	})
	return &iam.GenerateCredentialReportResult{State: ptr("STARTED"), Description: ptr("No report exists. Starting a new report generation task")}, err
}

// GetCredentialReport gives out the report made last.
func (s *Service) GetCredentialReport(_ context.Context, c *awsquery.Call, _ *iam.GetCredentialReportRequest) (*iam.GetCredentialReportResult, error) {
	r, ok := s.reports.get(c.Caller.Account)
	switch {
	case !ok:
		return nil, cloud.Errorf(cloud.NotFound, cloud.ResCredentialReport, "", "")
	case !c.Now.Before(r.made.Add(reportLife)):
		return nil, cloud.Errorf(cloud.Stale, cloud.ResCredentialReport, "", "")
	}
	return &iam.GetCredentialReportResult{Content: r.text, ReportFormat: ptr("text/csv"), GeneratedTime: when(r.made)}, nil
}
