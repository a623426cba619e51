// What a first sync costs when nothing but its writes is done: the floor that bench/controllers.py holds the operator
// against, on the same API server in the same run. It also fills the server and waits, so that no slow client is in
// the figures.
//
//	loader [flags] fill     makes ExternalSecrets es-0 … in the namespace
//	loader [flags] writes   writes for each of them the finalizer, a Secret and the status, 64 objects at a time
//	loader [flags] ready    returns once that many are Ready
//	loader [flags] ballast  makes Secrets that nobody manages
//	loader [flags] templates  writes one annotation into the pod template of StatefulSets agent-0 … of the namespace
//
// The bearer token is read from standard input. Prints one line of JSON: the seconds, and the CPU an object took here.
package main

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

const (
	externalSecrets = "/apis/external-secrets.io/v1/namespaces/%s/externalsecrets"
	secrets         = "/api/v1/namespaces/%s/secrets"
	statefulSets    = "/apis/apps/v1/namespaces/%s/statefulsets"
	mergePatch      = "application/merge-patch+json"
	plainJSON       = "application/json"
	workers         = 64 // as many as the operator has
)

type loader struct {
	client        *http.Client
	server, token string
	namespace     string
	count, size   int
}

func main() {
	log.SetFlags(0)
	server := flag.String("server", "", "URL of the API server")
	ca := flag.String("ca", "", "file with the certificates it is checked against")
	namespace := flag.String("namespace", "bench", "namespace of the objects")
	count := flag.Int("count", 1000, "how many")
	size := flag.Int("size", 64<<10, "bytes of a Secret that nobody manages")
	flag.Parse()

	pem, err := os.ReadFile(*ca)
	must(err)
	token, err := io.ReadAll(os.Stdin)
	must(err)
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(pem)
	l := loader{
		client: &http.Client{Transport: &http.Transport{
			TLSClientConfig: &tls.Config{RootCAs: roots}, ForceAttemptHTTP2: true, MaxIdleConnsPerHost: workers,
		}},
		server: *server, token: strings.TrimSpace(string(token)), namespace: *namespace, count: *count, size: *size,
	}
	modes := map[string]func() error{
		"fill":      func() error { return l.inParallel(l.fill) },
		"writes":    func() error { return l.inParallel(l.writes) },
		"ballast":   func() error { return l.inParallel(l.ballast) },
		"templates": func() error { return l.inParallel(l.template) },
		"ready":     l.untilReady,
	}
	mode := modes[flag.Arg(0)]
	if mode == nil {
		log.Fatal("loader: name one of fill, writes, ready, ballast, templates")
	}
	began := time.Now()
	must(mode())
	must(json.NewEncoder(os.Stdout).Encode(map[string]float64{
		"seconds":           time.Since(began).Seconds(),
		"cpu_ms_per_object": 1000 * cpuSeconds() / float64(l.count),
	}))
}

func (l *loader) inParallel(one func(i int) error) error {
	var next atomic.Int64
	var group sync.WaitGroup
	failed := make([]error, workers)
	for w := range workers {
		group.Go(func() {
			for i := int(next.Add(1)) - 1; i < l.count && failed[w] == nil; i = int(next.Add(1)) - 1 {
				failed[w] = one(i)
			}
		})
	}
	group.Wait()
	return errors.Join(failed...)
}

func (l *loader) fill(i int) error {
	body := fmt.Sprintf(`{"apiVersion":"external-secrets.io/v1","kind":"ExternalSecret","metadata":{"name":"es-%d"},
		"spec":{"refreshInterval":"1h","secretStoreRef":{"name":"store","kind":"SecretStore"},
		"target":{"name":"secret-%d","creationPolicy":"Owner"},"data":[{"secretKey":"A","remoteRef":{"key":"a"}}]}}`, i, i)
	return l.send("POST", externalSecrets, "", plainJSON, body)
}

func (l *loader) writes(i int) error {
	name := fmt.Sprintf("/es-%d", i)
	finalizer := `{"metadata":{"finalizers":["externalsecrets.external-secrets.io/externalsecret-cleanup"]}}`
	if err := l.send("PATCH", externalSecrets, name, mergePatch, finalizer); err != nil {
		return err
	}
	secret := fmt.Sprintf(`{"apiVersion":"v1","kind":"Secret","metadata":{"name":"secret-%d","labels":{
		"reconcile.external-secrets.io/created-by":"0123456789012345678901234567890123456789",
		"reconcile.external-secrets.io/managed":"true"},"annotations":{
		"reconcile.external-secrets.io/data-hash":"0123456789012345678901234567890123456789"}},
		"type":"Opaque","data":{"A":"dmFsdWU="}}`, i)
	if err := l.send("POST", secrets, "", plainJSON, secret); err != nil {
		return err
	}
	now := time.Now().UTC().Format(time.RFC3339)
	status := fmt.Sprintf(`{"status":{"binding":{"name":"secret-%d"},"refreshTime":%q,"syncedResourceVersion":"1-0","conditions":
		[{"type":"Ready","status":"True","reason":"SecretSynced","message":"secret synced","lastTransitionTime":%q}]}}`, i, now, now)
	return l.send("PATCH", externalSecrets, name+"/status", mergePatch, status)
}

func (l *loader) ballast(i int) error {
	value := base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{byte(i)}, l.size))
	body := fmt.Sprintf(`{"apiVersion":"v1","kind":"Secret","metadata":{"name":"ballast-%d"},"data":{"A":%q}}`, i, value)
	return l.send("POST", secrets, "", plainJSON, body)
}

func (l *loader) template(i int) error {
	hash := fmt.Sprintf(`{"spec":{"template":{"metadata":{"annotations":{"openclaw.rocks/secret-hash":"%064d"}}}}}`, i)
	return l.send("PATCH", statefulSets, fmt.Sprintf("/agent-%d?fieldManager=rotor", i), mergePatch, hash)
}

type externalSecret struct {
	Metadata struct{ Name, ResourceVersion string }
	Status   struct {
		Conditions []struct{ Type, Status string }
	}
}

func (e *externalSecret) ready() bool {
	for _, c := range e.Status.Conditions {
		if c.Type == "Ready" && c.Status == "True" {
			return true
		}
	}
	return false
}

// One list and one watch, as often as the server forgets what the watch began from.
func (l *loader) untilReady() error {
	for {
		done, err := l.followReady()
		if done || err != nil {
			return err
		}
	}
}

func (l *loader) followReady() (bool, error) {
	var list struct {
		Metadata struct{ ResourceVersion string }
		Items    []externalSecret
	}
	answer, err := l.call("GET", externalSecrets, "?resourceVersion=0", "", "")
	if err != nil {
		return false, err
	}
	defer answer.Body.Close()
	if err := json.NewDecoder(answer.Body).Decode(&list); err != nil {
		return false, err
	}
	ready := map[string]bool{}
	for i := range list.Items {
		if list.Items[i].ready() {
			ready[list.Items[i].Metadata.Name] = true
		}
	}
	watch, err := l.call("GET", externalSecrets, "?watch=true&resourceVersion="+list.Metadata.ResourceVersion, "", "")
	if err != nil {
		return false, err
	}
	defer watch.Body.Close()
	events := json.NewDecoder(bufio.NewReaderSize(watch.Body, 1<<16))
	for len(ready) < l.count {
		var event struct {
			Type   string
			Object externalSecret
		}
		if events.Decode(&event) != nil || event.Type == "ERROR" {
			return false, nil
		}
		if event.Object.ready() {
			ready[event.Object.Metadata.Name] = true
		}
	}
	return true, nil
}

func (l *loader) send(method, path, rest, contentType, body string) error {
	answer, err := l.call(method, path, rest, contentType, body)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	_, err = io.Copy(io.Discard, answer.Body)
	return err
}

// An answer that is good; its body is the caller's to close.
func (l *loader) call(method, path, rest, contentType, body string) (*http.Response, error) {
	url := l.server + fmt.Sprintf(path, l.namespace) + rest
	request, err := http.NewRequest(method, url, strings.NewReader(body))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Authorization", "Bearer "+l.token)
	if contentType != "" {
		request.Header.Set("Content-Type", contentType)
	}
	answer, err := l.client.Do(request)
	if err != nil {
		return nil, err
	}
	if answer.StatusCode >= 300 {
		said, _ := io.ReadAll(io.LimitReader(answer.Body, 300))
		answer.Body.Close()
		return nil, fmt.Errorf("%s %s: %s: %s", method, url, answer.Status, said)
	}
	return answer, nil
}

func cpuSeconds() float64 {
	var usage syscall.Rusage
	must(syscall.Getrusage(syscall.RUSAGE_SELF, &usage))
	seconds := func(t syscall.Timeval) float64 { return float64(t.Sec) + float64(t.Usec)/1e6 }
	return seconds(usage.Utime) + seconds(usage.Stime)
}

func must(err error) {
	if err != nil {
		log.Fatal("loader: ", err)
	}
}
