package settings

import (
	"fmt"
	"regexp"
	"strings"
)

// URLHost is a server that files may be downloaded from.
type URLHost struct {
	// Name may have a port.
	Name string
	// Plain allows http:// as well.
	Plain bool
}

// urlHosts is a flag of the form host,host.
type urlHosts []URLHost

var hostName = regexp.MustCompile(`^(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?$`)

// Set adds hosts to those that are there.
func (u *urlHosts) Set(text string) error {
	for name := range strings.SplitSeq(text, ",") {
		name = strings.TrimSpace(name)
		plain := strings.HasPrefix(name, "http://")
		name = strings.TrimPrefix(strings.TrimPrefix(name, "http://"), "https://")
		if !hostName.MatchString(name) {
			return fmt.Errorf("%q is not a host; write it like data.example.org or data.example.org:8443, without a path", name)
		}
		*u = append(*u, URLHost{Name: name, Plain: plain})
	}
	return nil
}

// String is empty: no host is allowed by default.
func (u *urlHosts) String() string { return "" }

// Type names the form for the help.
func (u *urlHosts) Type() string { return "HOST,…" }
