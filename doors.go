package main

import (
	"context"
	"log/slog"
	"net"
)

// doors are the addresses that the server listens on.
type doors struct {
	people          net.Listener
	steady          *steadyListener // beneath people
	staff, operator net.Listener    // nil: off
}

// openDoors opens all that the configuration asks for, or none.
func openDoors(ctx context.Context, config *Config, log *slog.Logger) (*doors, error) {
	d := new(doors)
	if err := d.open(ctx, config, log); err != nil {
		d.close()
		return nil, err
	}
	return d, nil
}

func (d *doors) open(ctx context.Context, config *Config, log *slog.Logger) error {
	people, err := listen(ctx, "listen", config.Listen)
	if err != nil {
		return err
	}
	d.steady = steady(people, log)
	d.people = &proxyListener{d.steady, config.ProxyFrom}
	if config.StaffListen != "" {
		staff, err := listen(ctx, "staff-listen", config.StaffListen)
		if err != nil {
			return err
		}
		d.staff = steady(staff, log)
	}
	if config.HTTP != "" {
		d.operator, err = listen(ctx, "http", config.HTTP)
	}
	return err
}

// close closes what is open.
func (d *doors) close() {
	for _, l := range []net.Listener{d.people, d.staff, d.operator} {
		if l != nil {
			l.Close()
		}
	}
}
