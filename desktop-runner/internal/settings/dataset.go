package settings

import (
	"errors"
	"fmt"
	"maps"
	"net/url"
	"reflect"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"ddap/desktop-runner/internal/plan"
	"ddap/desktop-runner/internal/workbook"
	"ddap/shared/operation"
	"ddap/shared/result"
)

// datasetForm is a dataset of the configuration file while it is read.
type datasetForm struct {
	Share
	groupSize  int
	connection string
}

func newDatasetForm(name string) *datasetForm {
	return &datasetForm{Share: Share{Name: name, Policy: result.Aggregates, MinGroupSize: result.DefaultMinGroupSize}}
}

// datasetKeys are the settings of a dataset, with pandas' names where it has them.
var datasetKeys = map[string]func(d *datasetForm, value *yaml.Node) error{
	"path":           func(d *datasetForm, v *yaml.Node) error { return words(&d.Path, v) },
	"connection":     func(d *datasetForm, v *yaml.Node) error { return words(&d.connection, v) },
	"url":            func(d *datasetForm, v *yaml.Node) error { return d.address(v) },
	"schema":         func(d *datasetForm, v *yaml.Node) error { return words(&d.Schema, v) },
	"table":          func(d *datasetForm, v *yaml.Node) error { return words(&d.Table, v) },
	"description":    func(d *datasetForm, v *yaml.Node) error { return d.describe(v) },
	"policy":         func(d *datasetForm, v *yaml.Node) error { return one(&d.Policy, v, result.Rows, result.Aggregates) },
	"publish":        func(d *datasetForm, v *yaml.Node) error { return d.publish(v) },
	"min_group_size": func(d *datasetForm, v *yaml.Node) error { return d.size(v) },
	"format": func(d *datasetForm, v *yaml.Node) error {
		return one(&d.Format, v, plan.CSV, plan.JSON, plan.Parquet, plan.XLSX)
	},
	"delimiter": func(d *datasetForm, v *yaml.Node) error { return d.delimiter(v) },
	"encoding":  func(d *datasetForm, v *yaml.Node) error { return one(&d.Reading.Encoding, v, plan.Encodings()...) },
	"decimal":   func(d *datasetForm, v *yaml.Node) error { return one(&d.Reading.Decimal, v, ".", ",") },
	"thousands": func(d *datasetForm, v *yaml.Node) error { return one(&d.Reading.Thousands, v, ".", ",") },
	"header":    func(d *datasetForm, v *yaml.Node) error { return yes(&d.Reading.Header, v) },
	"dayfirst":  func(d *datasetForm, v *yaml.Node) error { return yes(&d.Reading.DayFirst, v) },
	"na_values": func(d *datasetForm, v *yaml.Node) error { return d.missing(v) },
	"types":     func(d *datasetForm, v *yaml.Node) error { return d.types(v) },
	"sheet":     func(d *datasetForm, v *yaml.Node) error { return d.sheet(v) },
	"range":     func(d *datasetForm, v *yaml.Node) error { return d.cells(v) },
}

func words(to *string, v *yaml.Node) error {
	if v.Kind != yaml.ScalarNode || v.Value == "" {
		return errors.New("a text is expected")
	}
	*to = v.Value
	return nil
}

func one[T ~string](to *T, v *yaml.Node, choices ...T) error {
	var text string
	if err := words(&text, v); err != nil {
		return err
	}
	if !slices.Contains(choices, T(text)) {
		known := make([]string, len(choices))
		for i, c := range choices {
			known[i] = string(c)
		}
		return errors.New(operation.UnknownName("", "value", text, known).Message)
	}
	*to = T(text)
	return nil
}

func yes(to **bool, v *yaml.Node) error {
	var is bool
	if v.Decode(&is) != nil {
		return fmt.Errorf("%q is not true or false", v.Value)
	}
	*to = &is
	return nil
}

const maxDescription = 2000

func (d *datasetForm) describe(v *yaml.Node) error {
	if len(v.Value) > maxDescription {
		return fmt.Errorf("%d characters at most", maxDescription)
	}
	return words(&d.Description, v)
}

func (d *datasetForm) publish(v *yaml.Node) error {
	if v.Decode(&d.Publish) != nil {
		return fmt.Errorf("%q is not true or false", v.Value)
	}
	return nil
}

func (d *datasetForm) size(v *yaml.Node) error {
	if v.Decode(&d.groupSize) != nil || d.groupSize < 1 || d.groupSize > maxMinGroupSize {
		return fmt.Errorf("%q is not a number from 1 to %d", v.Value, maxMinGroupSize)
	}
	return nil
}

func (d *datasetForm) delimiter(v *yaml.Node) error {
	text := strings.ReplaceAll(v.Value, `\t`, "\t")
	if len(text) != 1 || strings.ContainsAny(text, "\"\r\n\x00") || text[0] > '~' {
		return fmt.Errorf("%q is not one character between fields, such as \";\" or \"\\t\"", v.Value)
	}
	d.Reading.Delimiter = text
	return nil
}

func (d *datasetForm) missing(v *yaml.Node) error {
	values := []string{}
	if v.Decode(&values) != nil {
		return errors.New("a list of texts is expected, as in [\"-\", \"NA\"]")
	}
	d.Reading.NAValues = values
	return nil
}

func (d *datasetForm) types(v *yaml.Node) error {
	d.Reading.Types = map[string]result.Type{}
	return each(v, func(name string, value *yaml.Node) error {
		var as result.Type
		err := one(&as, value, result.Text, result.Integer, result.Float, result.Boolean, result.Date, result.Timestamp, result.Time)
		d.Reading.Types[name] = as
		return err
	})
}

// sheet takes a number for a place, unless it is in quotes: then it is a name.
func (d *datasetForm) sheet(v *yaml.Node) error {
	if v.Tag != "!!int" {
		return words(&d.Reading.Sheet, v)
	}
	if v.Decode(&d.Reading.SheetNumber) != nil || d.Reading.SheetNumber < 1 {
		return fmt.Errorf("sheets are numbered from 1; %q as a name needs quotes", v.Value)
	}
	return nil
}

func (d *datasetForm) cells(v *yaml.Node) error {
	if err := words(&d.Reading.Range, v); err != nil {
		return err
	}
	_, err := workbook.ParseRange(d.Reading.Range)
	return err
}

// inWorkbook tells whether only cells of a workbook were meant.
func (d *datasetForm) inWorkbook() bool {
	return d.Reading.Sheet != "" || d.Reading.SheetNumber > 0 || d.Reading.Range != ""
}

func (d *datasetForm) address(v *yaml.Node) error {
	u, err := url.Parse(v.Value)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return errors.New("an address such as https://data.example.org/sales.csv is expected")
	}
	if u.User != nil {
		return errors.New("a user and a password do not stand in an address")
	}
	return words(&d.URL, v)
}

// formatOfURL finds the format by the ending, as that of a file.
func (d *datasetForm) formatOfURL() error {
	if d.Format != "" {
		return nil
	}
	u, err := url.Parse(d.URL)
	if err != nil {
		return errors.New("url: the address is not valid")
	}
	format, known := plan.FormatOf(u.Path)
	if !known {
		return errors.New("format is needed: the address has none of the endings " + plan.Endings)
	}
	d.Format = format
	return nil
}

// mayBeWorkbook is false of what says that it is something else.
func (d *datasetForm) mayBeWorkbook() bool {
	if d.Format != "" {
		return d.Format == plan.XLSX
	}
	format, known := plan.FormatOf(d.Path)
	return !known || format == plan.XLSX
}

// connect finds the database of a dataset that is a table.
func (d *datasetForm) connect(connections map[string]*Connection) error {
	known := connections[d.connection]
	written := d.Reading
	written.Types = nil
	switch {
	case d.connection == "" && d.Table == "" && d.Schema == "":
		return nil
	case d.connection == "":
		return errors.New("connection is needed: the database that the table is in")
	case known == nil:
		return errors.New(operation.UnknownName("", "connection", d.connection, slices.Sorted(maps.Keys(connections))).Message)
	case d.Table == "":
		return errors.New("table is needed: a table or a view of the database")
	case d.Path != "" || d.Format != "":
		return errors.New("path and format belong to a file; a table has a connection")
	case !reflect.ValueOf(written).IsZero():
		return errors.New("how a file is written does not matter for a table; it may have types only")
	}
	d.Connection, d.Path = known, known.Path
	return nil
}

// checkPlace wants one place where the data is.
func (d *datasetForm) checkPlace() error {
	switch {
	case d.URL != "" && (d.Path != "" || d.Connection != nil):
		return errors.New("url stands alone, without path and connection")
	case d.URL != "":
		return d.formatOfURL()
	case d.Path == "" && d.Connection == nil:
		return errors.New("path is needed: a file, a folder, or a pattern such as data/*.csv; or a url; or a connection and a table")
	default:
		return nil
	}
}

// share gives the dataset when all its keys were read.
func (d *datasetForm) share(connections map[string]*Connection) (Share, error) {
	if err := d.connect(connections); err != nil {
		return Share{}, err
	}
	if err := d.checkPlace(); err != nil {
		return Share{}, err
	}
	switch {
	case d.Policy == result.Rows && d.groupSize > 0:
		return Share{}, errors.New("min_group_size belongs to the policy aggregates")
	case d.Policy == result.Rows:
		d.MinGroupSize = 0
	case d.groupSize > 0:
		d.MinGroupSize = d.groupSize
	}
	if d.inWorkbook() && !d.mayBeWorkbook() {
		return Share{}, errors.New("sheet and range belong to XLSX files")
	}
	if d.Reading.Decimal != "" && d.Reading.Decimal == d.Reading.Thousands {
		return Share{}, errors.New("decimal and thousands are the same")
	}
	return d.Share, nil
}
