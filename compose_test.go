package main

import (
	"os"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"
)

// compose.yaml can be read, and names what the image and the program have.
func TestCompose(t *testing.T) {
	text, err := os.ReadFile("compose.yaml")
	if err != nil {
		t.Fatal(err)
	}
	type options map[string]any
	var file struct {
		Services map[string]struct {
			Build, Image, Restart string
			Ports, Volumes        []string
			Environment           map[string]string
			Stop                  time.Duration `yaml:"stop_grace_period"`
			Logging               struct {
				Driver  string
				Options options
			}
			ReadOnly bool     `yaml:"read_only"`
			Drop     []string `yaml:"cap_drop"`
			Security []string `yaml:"security_opt"`
		}
		Volumes map[string]options
	}
	decoder := yaml.NewDecoder(strings.NewReader(string(text)))
	decoder.KnownFields(true)
	if err := decoder.Decode(&file); err != nil {
		t.Fatal(err)
	}
	image, err := os.ReadFile("Dockerfile")
	if err != nil {
		t.Fatal(err)
	}
	service, ok := file.Services["strangerd"]
	if !ok || len(file.Services) != 1 || service.Build != "." {
		t.Fatalf("the services are %+v", file.Services)
	}
	flags := new(Config).flags()
	for name := range service.Environment {
		flag, ours := strings.CutPrefix(name, "STRANGERD_")
		if flag = strings.ReplaceAll(strings.ToLower(flag), "_", "-"); !ours || flags.Lookup(flag) == nil {
			t.Errorf("%s is no variable of the program", name)
		}
	}
	for _, port := range service.Ports {
		_, inside, _ := strings.Cut(port, ":")
		if flags.Lookup("listen").DefValue != ":"+inside || !strings.Contains(string(image), "\nEXPOSE "+inside+"\n") {
			t.Errorf("nothing listens on port %s in the container", inside)
		}
	}
	for _, mount := range service.Volumes {
		volume, folder, _ := strings.Cut(mount, ":")
		if _, ok := file.Volumes[volume]; !ok || !strings.Contains(string(image), "STRANGERD_DATA="+folder) {
			t.Errorf("%s is no volume of the file, or %s is not the data folder of the image", volume, folder)
		}
	}
	if len(service.Ports) == 0 || len(service.Volumes) == 0 || !service.ReadOnly {
		t.Errorf("the service is %+v", service)
	}
	if grace, err := time.ParseDuration(flags.Lookup("shutdown-grace").DefValue); err != nil || service.Stop <= grace {
		t.Errorf("the container is killed after %v, and the server takes %v to stop (%v)", service.Stop, grace, err)
	}
}
