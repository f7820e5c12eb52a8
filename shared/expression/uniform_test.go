package expression_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"ddap/shared/expression"
)

func TestUniform_IsWhatGivesNoRowAWeightOfItsOwn(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"pay": true, "-pay": true, "pay * 12": true, "12 * pay": true, "pay / 1.8": true, "pay * -1": true,
		"5": true, "-5": true, "'x'": true, "upper(name)": true, "to_text(pay)": true,
		"pay + 3": false, "(pay + 1e17) - 1e17": false, "pay * 1e10": false, "pay * 0": false, "pay / 1e-12": false, "pay * 2 * 3": false, "pay - pay": false,
		"upper(trim(name))": false,
		"derived":           false, "derived * 2": false, "-derived": false,
		"if(name == 'Ann', pay, pay * 1000000)": false, "pay * id": false, "pay + id": false, "1 / pay": false, "pay ** 2": false, "2 ** pay": false,
		"pay % 7": false, "pay // 7": false, "abs(pay - 5)": false, "exp(pay)": false, "floor(pay)": false, "pay > 5": false, "not (pay > 5)": false,
		"pay in (1, 2)": false, "coalesce(pay, 0)": false, "is_null(pay)": false, "substr(name, 1, 1)": false, "concat(name, 'x')": false, "to_number(name)": false,
	} {
		node, err := expression.Parse(text)
		require.NoError(t, err, text)
		require.Equal(t, want, expression.Uniform(node, func(name string) bool { return name != "derived" }), text)
	}
}
