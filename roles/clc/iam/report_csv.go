package iam

import (
	"bytes"
	"cmp"
	"encoding/csv"
	"fmt"
	"slices"
	"strconv"
	"time"

	"ecc/cloud"
	"ecc/store"
)

// reportColumns are the columns of a credential report as AWS has them.
var reportColumns = []string{"user", "arn", "user_creation_time", "password_enabled", "password_last_used", "password_last_changed",
	"password_next_rotation", "mfa_active",
	"access_key_1_active", "access_key_1_last_rotated", "access_key_1_last_used_date", "access_key_1_last_used_region", "access_key_1_last_used_service",
	"access_key_2_active", "access_key_2_last_rotated", "access_key_2_last_used_date", "access_key_2_last_used_region", "access_key_2_last_used_service",
	"cert_1_active", "cert_1_last_rotated", "cert_2_active", "cert_2_last_rotated"}

// absent is what a report says of something that is not there.
const absent = "N/A"

// credentialReport writes the report of an account: a line for its root and one
// for each user, in the order of names.
func (s *Service) credentialReport(tx *store.Tx, id cloud.AccountID) ([]byte, error) {
	var users []cloud.User
	for u := range tx.Users().By(store.ByAccount, string(id)) {
		users = append(users, u)
	}
	slices.SortFunc(users, func(a, b cloud.User) int { return cmp.Compare(a.Name, b.Name) })
	a, _ := tx.Accounts().Get(id)
	lines := [][]string{reportColumns, s.rootLine(tx, a)}
	for _, u := range users {
		lines = append(lines, s.userLine(tx, a, u))
	}
	var b bytes.Buffer
	if err := csv.NewWriter(&b).WriteAll(lines); err != nil {
		return nil, fmt.Errorf("write the credential report: %w", err)
	}
	return b.Bytes(), nil
}

func (s *Service) rootLine(tx *store.Tx, a cloud.Account) []string {
	line := []string{"<root_account>", cloud.IAMARN(a.ID, "root"), reportTime(a.Created), "not_supported", "no_information", "not_supported", "not_supported", "false"}
	return append(line, s.keyColumns(tx, a.ID, "")...)
}

func (s *Service) userLine(tx *store.Tx, a cloud.Account, u cloud.User) []string {
	line := []string{u.Name, u.ARN(), reportTime(u.Created)}
	if u.Login == nil {
		line = append(line, "false", absent, absent, absent, "false")
	} else {
		used, rotate := "no_information", absent
		if !u.Login.LastUsed.IsZero() {
			used = reportTime(u.Login.LastUsed)
		}
		if p := a.Passwords; p != nil && p.MaxAge > 0 {
			rotate = reportTime(u.Login.Changed.Add(time.Duration(p.MaxAge) * day))
		}
		line = append(line, "true", used, reportTime(u.Login.Changed), rotate, "false")
	}
	return append(line, s.keyColumns(tx, a.ID, u.ID)...)
}

// keyColumns are those of both access keys, and of certificates, which nobody
// has.
func (s *Service) keyColumns(tx *store.Tx, a cloud.AccountID, user string) []string {
	var out []string
	keys := keysOf(tx, a, user)
	for i := range maxKeys {
		if i >= len(keys) {
			out = append(out, "false", absent, absent, absent, absent)
			continue
		}
		use := s.identity.LastUsed(keys[i])
		out = append(out, strconv.FormatBool(keys[i].Active), reportTime(keys[i].Created), reportTime(use.At), known(use.Region), known(use.Service))
	}
	return append(out, "false", absent, "false", absent)
}

// reportTime is a time as reports write it.
func reportTime(t time.Time) string {
	if t.IsZero() {
		return absent
	}
	return t.UTC().Format("2006-01-02T15:04:05+00:00")
}
