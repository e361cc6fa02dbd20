package roles

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"
)

// maxConfigFile bounds a config file; a thousand instance types fit.
const maxConfigFile = 1 << 20

// otherEnv are ECC_ variables that are no settings.
var otherEnv = []string{"ECC_CONFIG", "ECC_FAILPOINTS"}

// Sources are where a configuration comes from, later ones first: flags,
// environment, file, built-in values.
type Sources struct {
	File     string            // "" for none
	Environ  []string          // as os.Environ gives it; ECC_EDGE_LISTEN sets edge.listen
	Flags    map[string]string // key → value, as "edge.listen"
	Hostname string            // names the node when nothing else does
}

// Load reads, completes and checks a configuration. Its errors say which key
// of which source is wrong and what it should be.
func Load(src Sources) (Config, error) {
	cfg := Default()
	if src.File != "" {
		if err := readFile(src.File, &cfg); err != nil {
			return Config{}, err
		}
	}
	if err := errors.Join(setEnviron(&cfg, src.Environ), setFlags(&cfg, src.Flags)); err != nil {
		return Config{}, err
	}
	if err := cfg.derive(src.Hostname); err != nil {
		return Config{}, err
	}
	return cfg, cfg.Validate()
}

func readFile(path string, cfg *Config) error {
	fi, err := os.Stat(path)
	if err != nil {
		return fmt.Errorf("read the configuration: %w", err)
	}
	if fi.Size() > maxConfigFile {
		return fmt.Errorf("the configuration %s is %d bytes large, %d at most", path, fi.Size(), maxConfigFile)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("read the configuration: %w", err)
	}
	return decode(path, data, cfg)
}

// decode reads a file strictly: a misspelt key must not be a setting that
// silently does nothing.
func decode(path string, data []byte, cfg *Config) error {
	err := toml.NewDecoder(bytes.NewReader(data)).DisallowUnknownFields().Decode(cfg)
	var unknown *toml.StrictMissingError
	var wrong *toml.DecodeError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &unknown):
		var errs []error
		for _, e := range unknown.Errors {
			line, _ := e.Position()
			errs = append(errs, fmt.Errorf("%s:%d: there is no setting %q%s", path, line, strings.Join(e.Key(), "."), suggest(strings.Join(e.Key(), "."))))
		}
		return errors.Join(errs...)
	case errors.As(err, &wrong):
		line, column := wrong.Position()
		return fmt.Errorf("%s:%d:%d: %s: %w", path, line, column, strings.Join(wrong.Key(), "."), err)
	}
	return fmt.Errorf("%s: %w", path, err)
}

func setEnviron(cfg *Config, environ []string) error {
	names := map[string]string{}
	for _, k := range settings(cfg) {
		names[envName(k.path)] = k.path
	}
	var errs []error
	for _, e := range environ {
		name, text, _ := strings.Cut(e, "=")
		if !strings.HasPrefix(name, "ECC_") || slices.Contains(otherEnv, name) || strings.HasPrefix(name, "ECC_TEST_") {
			continue
		}
		path, ok := names[name]
		if !ok {
			errs = append(errs, fmt.Errorf("environment: there is no setting %s: unset it", name))
		} else if err := set(cfg, path, text); err != nil {
			errs = append(errs, fmt.Errorf("environment: %s: %w", name, err))
		}
	}
	return errors.Join(errs...)
}

func setFlags(cfg *Config, flags map[string]string) error {
	var errs []error
	for _, path := range slices.Sorted(maps.Keys(flags)) {
		if err := set(cfg, path, flags[path]); err != nil {
			errs = append(errs, fmt.Errorf("flag for %s: %w", path, err))
		}
	}
	return errors.Join(errs...)
}

// envName is the environment variable of a setting.
func envName(path string) string {
	return "ECC_" + strings.ToUpper(strings.ReplaceAll(path, ".", "_"))
}

// suggest finds the setting that was probably meant: the same last part in
// another table, or a name that contains the other.
func suggest(path string) string {
	last := path[strings.LastIndexByte(path, '.')+1:]
	for _, k := range settings(new(Config)) {
		name := filepath.Ext("." + k.path)[1:]
		if name == last || strings.Contains(name, last) || strings.Contains(last, name) && len(name) > 3 {
			return fmt.Sprintf(" (did you mean %s?)", k.path)
		}
	}
	return " (ecc config print lists all)"
}
