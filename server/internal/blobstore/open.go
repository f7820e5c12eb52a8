package blobstore

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsconfig "github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"gocloud.dev/blob"
	"gocloud.dev/blob/fileblob"
	"gocloud.dev/blob/s3blob"
)

// Open opens the storage at an address of the form that Parse takes, or, where
// that is empty, in a folder, which is made if missing. It does not connect to
// an object store; see Check. The caller closes the store.
func Open(ctx context.Context, address, folder string) (*Store, error) {
	if address == "" {
		return OpenFolder(folder)
	}
	at, err := Parse(address)
	if err != nil {
		return nil, err
	}
	if at.Folder != "" {
		return OpenFolder(at.Folder)
	}
	return openBucket(ctx, at)
}

// OpenFolder keeps content in a folder, which is made if missing.
func OpenFolder(dir string) (*Store, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make the folder for files: %w", err)
	}
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("find the folder for files: %w", err)
	}
	bucket, err := fileblob.OpenBucket(dir, &fileblob.Options{
		// The system's folder for temporary files may be on another disk,
		// where a finished file cannot be moved from.
		NoTempDir: true,
		// What is known of a file stands in the database.
		Metadata:    fileblob.MetadataDontWrite,
		DirFileMode: 0o700,
	})
	if err != nil {
		return nil, fmt.Errorf("open the folder for files: %w", err)
	}
	check := func(context.Context) error {
		if _, err := os.Stat(dir); err != nil {
			return fmt.Errorf("look at the folder for files: %w", err)
		}
		return nil
	}
	return &Store{bucket: bucket, verify: check}, nil
}

func openBucket(ctx context.Context, at Location) (*Store, error) {
	client, err := s3Client(ctx, at)
	if err != nil {
		return nil, err
	}
	bucket, err := s3blob.OpenBucket(ctx, client, at.Bucket, &s3blob.Options{RequestChecksumCalculation: at.checksums()})
	if err != nil {
		return nil, fmt.Errorf("open the bucket: %w", err)
	}
	if at.Prefix != "" {
		bucket = blob.PrefixedBucket(bucket, at.Prefix)
	}
	check := func(ctx context.Context) error {
		if _, err := client.HeadBucket(ctx, &s3.HeadBucketInput{Bucket: &at.Bucket}); err != nil {
			return fmt.Errorf("reach the bucket %s: %w", at.Bucket, err)
		}
		return nil
	}
	return &Store{bucket: bucket, shared: true, verify: check}, nil
}

// defaultRegion is for servers that have none; the signature needs a name.
const defaultRegion = "us-east-1"

func s3Client(ctx context.Context, at Location) (*s3.Client, error) {
	var options []func(*awsconfig.LoadOptions) error
	if at.AccessKeyID != "" {
		options = append(options, awsconfig.WithCredentialsProvider(
			credentials.NewStaticCredentialsProvider(at.AccessKeyID, at.SecretAccessKey, "")))
	}
	if at.Region != "" {
		options = append(options, awsconfig.WithRegion(at.Region))
	}
	cfg, err := awsconfig.LoadDefaultConfig(ctx, options...)
	if err != nil {
		return nil, fmt.Errorf("read the settings of AWS: %w", err)
	}
	cfg.Region = cmp.Or(cfg.Region, defaultRegion)
	return s3.NewFromConfig(cfg, func(o *s3.Options) {
		o.UsePathStyle = at.PathStyle
		if at.Endpoint != "" {
			o.BaseEndpoint = &at.Endpoint
			o.RequestChecksumCalculation = at.checksums()
			o.ResponseChecksumValidation = aws.ResponseChecksumValidationWhenRequired
		}
	}), nil
}

// checksums says whether requests carry S3's own checksums beside ours. AWS
// takes them; servers of other makers that are some years old refuse them.
func (l *Location) checksums() aws.RequestChecksumCalculation {
	if l.Endpoint != "" {
		return aws.RequestChecksumCalculationWhenRequired
	}
	return aws.RequestChecksumCalculationWhenSupported
}
