package awsquery

import (
	"encoding/base64"
	"errors"
	"reflect"
	"strconv"
	"strings"
	"time"
)

var errForm = errors.New("not of its form")

// parseScalar sets into, of the kind's Go type, from its text.
func parseScalar(path, s string, k kind, into reflect.Value) error {
	var err error
	var want string
	switch k {
	case aBool:
		want = "Expecting true or false."
		err = parseBool(s, into)
	case anInt:
		want = "Expecting an integer."
		err = parseInt(s, into)
	case aFloat:
		want = "Expecting a number."
		err = parseFloat(s, into)
	case aTime:
		want = "Expecting a time such as 2006-01-02T15:04:05Z."
		err = parseTime(s, into)
	case aBlob:
		want = "Expecting base64."
		err = parseBlob(s, into)
	}
	if err != nil {
		return invalid(path, s, want)
	}
	return nil
}

func parseBool(s string, into reflect.Value) error {
	switch strings.ToLower(s) { // old clients write True
	case "true":
		into.SetBool(true)
		return nil
	case "false":
		return nil
	}
	return errForm
}

func parseInt(s string, into reflect.Value) error {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || strings.HasPrefix(s, "+") {
		return errForm
	}
	into.SetInt(n)
	return nil
}

// parseFloat takes decimal numbers, none of Go's other spellings (hex, inf).
func parseFloat(s string, into reflect.Value) error {
	f, err := strconv.ParseFloat(s, 64)
	if err != nil || strings.Trim(s, "0123456789.eE+-") != "" {
		return errForm
	}
	into.SetFloat(f)
	return nil
}

func parseTime(s string, into reflect.Value) error {
	t, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		return err
	}
	into.Set(reflect.ValueOf(t.UTC()))
	return nil
}

// parseBlob takes base64 with or without padding; line breaks in it are
// ignored.
func parseBlob(s string, into reflect.Value) error {
	s = strings.TrimRight(strings.NewReplacer("\n", "", "\r", "", " ", "").Replace(s), "=")
	b, err := base64.RawStdEncoding.DecodeString(s)
	if err != nil {
		return err
	}
	into.SetBytes(b)
	return nil
}
