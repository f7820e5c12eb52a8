package blobstore

import (
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Location says where content is kept: in a folder, or in a bucket.
type Location struct {
	// Folder is an absolute path; the other fields are empty then.
	Folder string

	Bucket string
	// Prefix is put before every key; it ends in a slash where it is not empty.
	Prefix string
	// Region is the bucket's; where it is empty, what AWS's own variables say.
	Region string
	// Endpoint is the address of a server that is not AWS's.
	Endpoint string
	// PathStyle names the bucket in the path and not in the host.
	PathStyle bool
	// AccessKeyID and SecretAccessKey are secrets; where they are empty, AWS's
	// own variables, files and roles decide.
	AccessKeyID, SecretAccessKey string
}

// bucketForm is what S3 takes as the name of a bucket.
var bucketForm = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$`)

var parameters = []string{"endpoint", "path_style", "region"}

// Parse reads an address: file:///FOLDER, or
//
//	s3://[KEY_ID:SECRET@]BUCKET[/PREFIX][?region=R&endpoint=URL&path_style=true]
//
// With an endpoint, path_style is true unless it says otherwise. Errors say
// what is wrong and never repeat the address, which may hold a secret.
func Parse(address string) (Location, error) {
	u, err := url.Parse(address)
	if err != nil {
		return Location{}, errors.New("is no URL")
	}
	switch u.Scheme {
	case "file":
		if u.Host != "" || u.RawQuery != "" || !filepath.IsAbs(filepath.FromSlash(u.Path)) {
			return Location{}, errors.New("must be file:///FOLDER with an absolute path and nothing else")
		}
		return Location{Folder: filepath.FromSlash(u.Path)}, nil
	case "s3":
		return parseS3(u)
	default:
		return Location{}, errors.New("must begin with s3:// or file:///")
	}
}

func parseS3(u *url.URL) (Location, error) {
	query, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return Location{}, errors.New("has a query that is not well-formed")
	}
	for name, values := range query {
		if !slices.Contains(parameters, name) || len(values) != 1 {
			return Location{}, fmt.Errorf("takes the parameters %s, each once, and not %q", strings.Join(parameters, ", "), name)
		}
	}
	l := Location{Bucket: u.Host, Region: query.Get("region"), Endpoint: query.Get("endpoint")}
	if !bucketForm.MatchString(l.Bucket) {
		return Location{}, errors.New("must name a bucket, as in s3://BUCKET: 3 to 63 lower-case letters, digits, dots and hyphens")
	}
	if prefix := strings.Trim(u.Path, "/"); prefix != "" {
		l.Prefix = prefix + "/"
	}
	l.PathStyle = l.Endpoint != ""
	if text := query.Get("path_style"); text != "" {
		if l.PathStyle, err = strconv.ParseBool(text); err != nil {
			return Location{}, errors.New("has a path_style that is neither true nor false")
		}
	}
	if err := checkEndpoint(l.Endpoint); err != nil {
		return Location{}, err
	}
	err = l.take(u.User)
	return l, err
}

func checkEndpoint(endpoint string) error {
	if endpoint == "" {
		return nil
	}
	e, err := url.Parse(endpoint)
	if err != nil || e.Host == "" || e.User != nil || (e.Scheme != "http" && e.Scheme != "https") {
		return errors.New("has an endpoint that is no http or https URL")
	}
	return nil
}

// take takes the key from an address.
func (l *Location) take(user *url.Userinfo) error {
	if user == nil {
		return nil
	}
	l.AccessKeyID = user.Username()
	l.SecretAccessKey, _ = user.Password()
	if l.AccessKeyID == "" || l.SecretAccessKey == "" {
		return errors.New("must have both, KEY_ID:SECRET@, or neither")
	}
	return nil
}
