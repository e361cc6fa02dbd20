package awsjson

import (
	"fmt"
	"strconv"
	"time"
)

// Time is a moment as JSON 1.1 has it: seconds since 1970, with or without a
// fraction.
type Time struct{ time.Time }

// MarshalJSON writes seconds, with a fraction only if there is one.
func (t Time) MarshalJSON() ([]byte, error) {
	return strconv.AppendFloat(nil, float64(t.UnixMilli())/1000, 'f', -1, 64), nil
}

// UnmarshalJSON reads a number of seconds.
func (t *Time) UnmarshalJSON(text []byte) error {
	s, err := strconv.ParseFloat(string(text), 64)
	if err != nil || s < -62135596800 || s > 253402300799 {
		return fmt.Errorf("%q is not a number of seconds", clip(string(text)))
	}
	t.Time = time.UnixMilli(int64(s * 1000)).UTC()
	return nil
}

func clip(s string) string { return s[:min(len(s), 64)] }
