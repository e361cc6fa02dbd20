package main

import (
	"context"
	"log/slog"
	"os"

	"ecc/internal/linebuffer"
	"ecc/roles"
)

// newLogger makes the log that the configuration asks for. Lines of ordinary
// work may wait a moment, until flush at the latest; warnings and errors are
// written at once, with all that was before them.
func newLogger(cfg roles.LogConfig) (log *slog.Logger, flush func()) {
	var level slog.Level
	if err := level.UnmarshalText([]byte(cfg.Level)); err != nil {
		level = slog.LevelInfo // Validate has let it through
	}
	opts := &slog.HandlerOptions{Level: level}
	out := linebuffer.New(os.Stderr)
	var h slog.Handler = slog.NewTextHandler(out, opts)
	if cfg.Format == "json" {
		h = slog.NewJSONHandler(out, opts)
	}
	return slog.New(urgent{h, out}), out.Flush
}

// urgent lets no warning wait.
type urgent struct {
	slog.Handler
	out *linebuffer.Writer
}

// Handle implements slog.Handler.
func (u urgent) Handle(ctx context.Context, r slog.Record) error {
	err := u.Handler.Handle(ctx, r)
	if r.Level >= slog.LevelWarn {
		u.out.Flush()
	}
	return err
}

// WithAttrs implements slog.Handler.
func (u urgent) WithAttrs(attrs []slog.Attr) slog.Handler {
	return urgent{u.Handler.WithAttrs(attrs), u.out}
}

// WithGroup implements slog.Handler.
func (u urgent) WithGroup(name string) slog.Handler { return urgent{u.Handler.WithGroup(name), u.out} }
