package main

import (
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestWords_OfThePlugin_AreThoseOfTheTables(t *testing.T) {
	t.Parallel()
	written, err := os.ReadFile("../" + page)
	require.NoError(t, err)
	assert.Equal(t, text(), string(written), "stale: ./task generate writes it")
}

func TestQuote_LetsPHPInterpretNothing(t *testing.T) {
	t.Parallel()
	assert.Equal(t, `'it\'s $a \\ "b"'`, quote(`it's $a \ "b"`))
}
