package roles

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"ecc/cloud"
)

// Duration is a time in a config, written "30s", "5m" or "1h30m".
type Duration time.Duration

// MarshalText writes d without zero parts: "1h", not "1h0m0s".
func (d Duration) MarshalText() ([]byte, error) {
	s := time.Duration(d).String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return []byte(s), nil
}

// UnmarshalText reads a duration.
func (d *Duration) UnmarshalText(text []byte) error {
	v, err := time.ParseDuration(string(text))
	if err != nil {
		return fmt.Errorf("%q is not a duration: write 500ms, 30s, 5m or 1h", text)
	}
	*d = Duration(v)
	return nil
}

// Size is an amount of bytes in a config, written "512MiB" or "10GiB".
type Size cloud.Bytes

// units are the units of a Size, largest first.
var units = []struct {
	name string
	size cloud.Bytes
}{
	{"TiB", 1024 * cloud.GiB}, {"GiB", cloud.GiB}, {"MiB", cloud.MiB}, {"KiB", cloud.KiB}, {"B", 1},
}

// MarshalText writes s in the largest unit that needs no fraction.
func (s Size) MarshalText() ([]byte, error) {
	for _, u := range units {
		if s != 0 && cloud.Bytes(s)%u.size == 0 {
			return []byte(strconv.FormatInt(int64(cloud.Bytes(s)/u.size), 10) + u.name), nil
		}
	}
	return []byte("0B"), nil
}

// UnmarshalText reads a size. A unit must be given, and the factor is 1024.
func (s *Size) UnmarshalText(text []byte) error {
	for _, u := range units {
		digits, ok := strings.CutSuffix(string(text), u.name)
		if !ok {
			continue
		}
		n, err := strconv.ParseInt(strings.TrimSpace(digits), 10, 64)
		if err != nil || n < 0 || n > (1<<62)/int64(u.size) {
			break
		}
		*s = Size(cloud.Bytes(n) * u.size)
		return nil
	}
	return fmt.Errorf("%q is not a size: write a whole number and B, KiB, MiB, GiB or TiB", text)
}

// Secret is a value that is never printed. Convert it to string to use it.
type Secret string

const hidden = "(set)"

// String hides the value.
func (s Secret) String() string {
	if s == "" {
		return ""
	}
	return hidden
}

// MarshalText hides the value.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads the value.
func (s *Secret) UnmarshalText(text []byte) error {
	*s = Secret(text)
	return nil
}
