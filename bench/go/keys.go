package main

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/tidwall/gjson"
)

// A `rewrite` by regular expression and the conversion of what comes out.
type rewriteCase struct {
	Source, Target string
	Keys           []string
	values         map[string][]byte
}

func readRewrite(data string) *rewriteCase {
	r := &rewriteCase{values: map[string][]byte{}}
	readJSON(r, data, "rewrite.json")
	for _, key := range r.Keys {
		r.values[key] = []byte(strings.Repeat("v", 32))
	}
	return r
}

func (r *rewriteCase) run() map[string][]byte {
	re := regexp.MustCompile(r.Source)
	renamed := make(map[string][]byte, len(r.values))
	for key, value := range r.values {
		renamed[re.ReplaceAllString(key, r.Target)] = value
	}
	converted := make(map[string][]byte, len(renamed))
	for key, value := range renamed {
		name := convert(key)
		if _, exists := converted[name]; exists {
			must(fmt.Errorf("two keys became %q", name))
		}
		converted[name] = value
	}
	return converted
}

// The conversion strategy Unicode.
func convert(key string) string {
	var out strings.Builder
	out.Grow(len(key) + 16)
	for _, r := range key {
		if unicode.IsLetter(r) || unicode.IsNumber(r) || strings.ContainsRune("-._", r) {
			out.WriteRune(r)
		} else {
			fmt.Fprintf(&out, "_U%04x_", r)
		}
	}
	return out.String()
}

func (r *rewriteCase) sortedKeys() []string {
	var keys []string
	for key := range r.run() {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}

var lookups = map[string]string{"look_up_first": "group0.key0", "look_up_last": "group31.key31"}

// The document of bench/lookup.cpp.
func makeDocument() string {
	var groups []string
	for group := range 32 {
		var keys []string
		for key := range 32 {
			keys = append(keys, fmt.Sprintf(`"key%d":"%s"`, key, strings.Repeat("v", 48)))
		}
		groups = append(groups, fmt.Sprintf(`"group%d":{%s}`, group, strings.Join(keys, ",")))
	}
	return "{" + strings.Join(groups, ",") + "}"
}

func lookUp(document, path string) string { return gjson.Get(document, path).String() }
