package source

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"unicode/utf8"

	"ddap/desktop-runner/internal/plan"
)

// peekBytes is how much of a file is looked at to see what it is.
const peekBytes = 4096

const (
	zipArchive = "a spreadsheet or a ZIP archive"
	// oleMagic begins files of Office before 2007, and the shell around encrypted ones.
	oleMagic = "\xd0\xcf\x11\xe0"
)

var signatures = []struct {
	magic string
	what  string
}{
	{"PAR1", "a Parquet file"},
	{"PK\x03\x04", zipArchive},
	{"\x1f\x8b", "compressed (gzip)"},
	{"\x28\xb5\x2f\xfd", "compressed (zstd)"},
	{oleMagic, "an old Office document"},
	{"%PDF", "a PDF document"},
	{"SQLite format 3\x00", "an SQLite database"},
	{"ARROW1", "an Arrow file"},
	{"\x89PNG", "a picture (PNG)"},
	{"\xff\xd8\xff", "a picture (JPEG)"},
	{"GIF8", "a picture (GIF)"},
	{"\x7fELF", "a program"},
}

// checkContent compares the beginning of a file with what its format promises.
// The error says what the file seems to be, without its name or content.
func checkContent(path string, format plan.Format) error {
	head, err := peek(path, peekBytes)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return errors.New("the file is not there any more; it may have been moved or renamed")
	case errors.Is(err, os.ErrPermission):
		return errors.New("the file may not be read; check its permissions")
	case err != nil:
		return errors.New("the file could not be opened")
	case len(bytes.TrimSpace(bytes.TrimPrefix(head, utf8BOM))) == 0:
		return errors.New("the file is empty")
	}
	expected := map[plan.Format]string{plan.CSV: "a CSV file", plan.JSON: "a JSON file", plan.Parquet: "a Parquet file", plan.XLSX: "an XLSX file"}[format]
	switch {
	case expected == "":
		return fmt.Errorf("files of the kind %q cannot be read; use CSV, JSON, Parquet or XLSX", format)
	case format == plan.XLSX && bytes.HasPrefix(head, []byte(oleMagic)):
		return oldOffice(path)
	}
	return checkSeems(head, format, expected)
}

// checkSeems compares what a file's beginning looks like with its format, which
// is called expected in messages.
func checkSeems(head []byte, format plan.Format, expected string) error {
	seems := ""
	for _, s := range signatures {
		if bytes.HasPrefix(head, []byte(s.magic)) {
			seems = s.what
			break
		}
	}
	switch {
	case format == plan.Parquet && seems == expected, format == plan.XLSX && seems == zipArchive:
		return nil
	case seems == "" && format == plan.CSV && detectEncoding(head) != utf8Name:
		return nil
	case seems != "":
		return fmt.Errorf("it is named as %s, but it is %s; save it as UTF-8 %s or give it the right name", expected, seems, format)
	case format == plan.XLSX:
		return notXLSX(head)
	case format == plan.Parquet:
		return errors.New("it is named as a Parquet file, but it is not one; give it the right name or export it again")
	case bytes.IndexByte(head, 0) >= 0:
		return fmt.Errorf("it is named as %s, but it is not text", expected)
	case format == plan.JSON:
		return checkJSON(head)
	case looksLikeJSON(head):
		return errors.New("it is named as a CSV file, but it looks like JSON; give it the ending .json")
	}
	return nil
}

// notXLSX says what a file is that should be a workbook, and is no archive.
func notXLSX(head []byte) error {
	if looksLikeJSON(head) {
		return errors.New("it is named as an XLSX file, but it looks like JSON; give it the ending .json")
	}
	if bytes.IndexByte(head, 0) < 0 {
		return errors.New("it is named as an XLSX file, but it is text; if it is CSV, give it the ending .csv")
	}
	return errors.New("it is named as an XLSX file, but it is not one; give it the right name or save it again")
}

// oldOffice tells an encrypted workbook, whose parts have names in UTF-16, from
// one of the time before XLSX.
func oldOffice(path string) error {
	head, err := peek(path, sampleBytes)
	if err == nil && bytes.Contains(head, []byte("E\x00n\x00c\x00r\x00y\x00p\x00t\x00e\x00d\x00P\x00a\x00c\x00k\x00a\x00g\x00e\x00")) {
		return errors.New("it is protected by a password; save it without one to share it")
	}
	return errors.New("it is named as an XLSX file, but it is one of Excel before 2007 (.xls); save it as XLSX")
}

var utf8BOM = []byte("\xef\xbb\xbf")

// peek gives the first bytes of a file, all of them where there are fewer.
func peek(path string, limit int) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	head := make([]byte, limit)
	n, err := io.ReadFull(f, head)
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		err = nil
	}
	return head[:n], err
}

// checkJSON wants a list of objects, or objects one after the other: anything
// else would come out as one column without a name.
func checkJSON(head []byte) error {
	text := bytes.TrimSpace(bytes.TrimPrefix(head, utf8BOM))
	inner := bytes.TrimSpace(text[1:])
	switch {
	case text[0] == '{':
		return nil
	case text[0] != '[':
		return errors.New("it is not JSON records; it should be a list of objects, or one object on each line")
	case len(inner) > 0 && inner[0] == ']':
		return errors.New("the list of records is empty, so its columns are not known")
	case len(inner) > 0 && inner[0] != '{':
		return errors.New("the list does not hold objects; it should hold one object, with named fields, for each row")
	}
	return nil
}

func looksLikeJSON(head []byte) bool {
	text := bytes.TrimSpace(bytes.TrimPrefix(head, utf8BOM))
	if len(text) < 2 || !utf8.Valid(text[:1]) {
		return false
	}
	inner := bytes.TrimSpace(text[1:])
	return text[0] == '{' && len(inner) > 0 && (inner[0] == '"' || inner[0] == '}') ||
		text[0] == '[' && len(inner) > 0 && (inner[0] == '{' || inner[0] == ']')
}
