package main

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"strings"
	"text/template"
	"text/template/parse"

	"github.com/Masterminds/sprig/v3"
	"sigs.k8s.io/yaml"
	"software.sslmate.com/src/go-pkcs12"
)

var functions = func() template.FuncMap {
	all := sprig.TxtFuncMap()
	for _, absent := range []string{"env", "expandenv", "getHostByName"} {
		delete(all, absent)
	}
	all["toYaml"] = toYAML
	all["pkcs12certPass"] = pkcs12Certificates
	all["pkcs12keyPass"] = pkcs12Key
	return all
}()

// What the parser alone needs: the names of functions, the built-in ones too.
var names = func() map[string]any {
	all := map[string]any{}
	for name, f := range functions {
		all[name] = f
	}
	for _, name := range strings.Fields("and call eq ge gt html index js le len lt ne not or print printf println slice urlquery") {
		all[name] = fmt.Sprint
	}
	return all
}()

func toYAML(v any) string {
	out, err := yaml.Marshal(v)
	if err != nil {
		return ""
	}
	return strings.TrimSuffix(string(out), "\n")
}

func pkcs12Certificates(password, archive string) (string, error) {
	_, leaf, chain, err := pkcs12.DecodeChain([]byte(archive), password)
	if err != nil {
		return "", err
	}
	var out bytes.Buffer
	for _, c := range append([]*x509.Certificate{leaf}, chain...) {
		if err := pem.Encode(&out, &pem.Block{Type: "CERTIFICATE", Bytes: c.Raw}); err != nil {
			return "", err
		}
	}
	return out.String(), nil
}

func pkcs12Key(password, archive string) (string, error) {
	key, _, _, err := pkcs12.DecodeChain([]byte(archive), password)
	if err != nil {
		return "", err
	}
	switch key.(type) {
	case *rsa.PrivateKey, *ecdsa.PrivateKey:
	default:
		return "", fmt.Errorf("a key of type %T", key)
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return "", err
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})), nil
}

// A template as an ExternalSecret has it, and the fetched data it stands over.
type templateCase struct {
	name, text string
	fetched    map[string][]byte
}

func readTemplate(name, data string) *templateCase {
	t := &templateCase{name: name, text: string(readFile(data, name+".tpl")), fetched: map[string][]byte{}}
	var texts map[string]string
	readJSON(&texts, data, name+".json")
	for key, text := range texts {
		t.fetched[key] = []byte(text)
	}
	return t
}

func (t *templateCase) parse() *template.Template {
	parsed, err := template.New(t.name).Option("missingkey=error").Funcs(functions).Parse(t.text)
	must(err)
	return parsed
}

func (t *templateCase) values() map[string]string {
	values := make(map[string]string, len(t.fetched))
	for key, bytes := range t.fetched {
		values[key] = string(bytes)
	}
	return values
}

func render(t *template.Template, values map[string]string) []byte {
	var out bytes.Buffer
	must(t.Execute(&out, values))
	return out.Bytes()
}

// From template text and fetched bytes to the bytes of a Secret.
func (t *templateCase) apply() map[string][]byte {
	return map[string][]byte{t.name: render(t.parse(), t.values())}
}

func templateBenchmarks(name, data string) []benchmark {
	t := readTemplate(name, data)
	parsed, values := t.parse(), t.values()
	return []benchmark{
		{name + "/parse", func() {
			trees, err := parse.Parse(t.name, t.text, "", "", names)
			must(err)
			keep(trees)
		}},
		{name + "/render", func() { keep(render(parsed, values)) }},
		{name + "/apply", func() { keep(t.apply()) }},
	}
}
