package main

import (
	"context"
	"errors"
	"io"
)

func serve(ctx context.Context, config *Config, stderr io.Writer) error {
	return errors.New("soon")
}
