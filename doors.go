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
func openDoors(ctx context.Context, config *Config, log *slog.Logger) (d *doors, err error) {
	d = &doors{}
	defer func() {
		if err != nil {
			d.close()
		}
	}()
	people, err := listen(ctx, "listen", config.Listen)
	if err != nil {
		return nil, err
	}
	d.steady = steady(people, log)
	d.people = &proxyListener{d.steady, config.ProxyFrom}
	if config.StaffListen != "" {
		staff, err := listen(ctx, "staff-listen", config.StaffListen)
		if err != nil {
			return nil, err
		}
		d.staff = steady(staff, log)
	}
	if config.HTTP != "" {
		d.operator, err = listen(ctx, "http", config.HTTP)
	}
	return d, err
}

// close closes what is open.
func (d *doors) close() {
	for _, l := range []net.Listener{d.people, d.staff, d.operator} {
		if l != nil {
			l.Close()
		}
	}
}
