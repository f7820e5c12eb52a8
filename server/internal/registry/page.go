package registry

import (
	"cmp"

	"github.com/google/uuid"

	"ddap/server/internal/paging"
	"ddap/server/internal/store"
)

// maxPage is how many records a page holds at most, and where none is asked for.
const maxPage = 1000

// page is a part of a list that is sorted by id, newest first.
type page struct {
	store.Page

	list paging.List
}

func readPage(op, noun string, limit int, cursor string) (page, error) {
	p := page{Page: store.Page{Limit: min(cmp.Or(limit, maxPage), maxPage)}, list: paging.List{Noun: noun}}
	after, err := p.list.Read(op, cursor)
	if err == nil && after != nil {
		p.After = after.ID
	}
	return p, err
}

// more asks for one record beyond the page, which tells whether another follows.
func (p page) more() store.Page {
	p.Limit++
	return p.Page
}

func (p page) next(last uuid.UUID) string { return p.list.After(store.ListPlace{ID: last}) }
