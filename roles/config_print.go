package roles

import (
	"fmt"
	"io"
	"reflect"

	"github.com/pelletier/go-toml/v2"
)

// Print writes the configuration as a file that Load reads. Secrets are not
// shown.
func (c *Config) Print(w io.Writer) error {
	if err := toml.NewEncoder(w).Encode(c.masked()); err != nil {
		return fmt.Errorf("print the configuration: %w", err)
	}
	return nil
}

// PrintDiff writes, one in a line, the settings that are not built in:
//
//	listen = "0.0.0.0:8773"  # default "127.0.0.1:8773"
func (c *Config) PrintDiff(w io.Writer) error {
	def := Default()
	defaults := settings(&def)
	for i, k := range settings(c.masked()) {
		was := defaults[i].value
		if reflect.DeepEqual(k.value.Interface(), was.Interface()) {
			continue
		}
		if _, err := fmt.Fprintf(w, "%s = %s  # default %s\n", k.path, literal(k.value), literal(was)); err != nil {
			return fmt.Errorf("print the configuration: %w", err)
		}
	}
	return nil
}

// masked is the configuration without its secrets. The TOML encoder writes
// strings as they are, whatever their MarshalText says.
func (c *Config) masked() *Config {
	m := *c
	for _, k := range settings(&m) {
		switch s := k.value.Addr().Interface().(type) {
		case *Secret:
			*s = Secret(s.String())
		case *[]Secret:
			all := make([]Secret, len(*s)) // not in the place of those that are used
			for i := range all {
				all[i] = Secret((*s)[i].String())
			}
			*s = all
		}
	}
	return &m
}

// literal is a value as TOML writes it.
func literal(v reflect.Value) string {
	text, err := toml.Marshal(map[string]any{"x": v.Interface()})
	if err != nil {
		return fmt.Sprintf("(%v)", err)
	}
	const key = "x = "
	if s := string(text); len(s) > len(key) && s[:len(key)] == key {
		return s[len(key) : len(s)-1]
	}
	return fmt.Sprintf("(%d entries)", v.Len()) // a table
}
