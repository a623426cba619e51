// Measures the cases of bench/templates.cpp and bench/lookup.cpp with the Go libraries that operators use.
//
//	bench -data DIR -outputs DIR   writes what each case produces, to be compared with what Rotor produces
//	bench -data DIR -seconds 0.5   prints {"case": {"wall": ns, "cpu": ns}, ...}, each per operation
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// One piece of work; run does it once.
type benchmark struct {
	name string
	run  func()
}

func main() {
	log.SetFlags(0)
	data := flag.String("data", "bench/data", "folder of the inputs")
	outputs := flag.String("outputs", "", "folder to write the outputs to, instead of measuring")
	seconds := flag.Float64("seconds", 0.5, "how long to measure each case")
	only := flag.String("only", "", "measure only cases whose name contains this")
	flag.Parse()

	if *outputs != "" {
		must(writeOutputs(*data, *outputs))
		return
	}
	measured := map[string]cost{}
	for _, b := range benchmarks(*data) {
		if strings.Contains(b.name, *only) {
			measured[b.name] = measure(b.run, time.Duration(*seconds*float64(time.Second)))
		}
	}
	must(json.NewEncoder(os.Stdout).Encode(measured))
}

func benchmarks(data string) []benchmark {
	var all []benchmark
	for _, name := range []string{"docker", "config", "pkcs12"} {
		all = append(all, templateBenchmarks(name, data)...)
	}
	r := readRewrite(data)
	all = append(all, benchmark{"rewrite", func() { keep(r.run()) }})
	document := makeDocument()
	for name, path := range lookups {
		all = append(all, benchmark{name, func() { keep(lookUp(document, path)) }})
	}
	return all
}

func writeOutputs(data, dir string) error {
	for _, name := range []string{"docker", "config", "pkcs12"} {
		t := readTemplate(name, data)
		if err := os.WriteFile(filepath.Join(dir, name), t.apply()[name], 0o600); err != nil {
			return err
		}
	}
	keys := strings.Join(readRewrite(data).sortedKeys(), "\n")
	return os.WriteFile(filepath.Join(dir, "rewrite"), []byte(keys), 0o600)
}

type cost struct {
	Wall float64 `json:"wall"`
	CPU  float64 `json:"cpu"`
}

// The time of one operation: the number of operations grows until they take as long as asked for. CPU time is the
// whole process's: collecting garbage is part of the work.
func measure(run func(), enough time.Duration) cost {
	for n := 1; ; {
		wall, cpu := time.Now(), cpuTime()
		for range n {
			run()
		}
		took := time.Since(wall)
		if took >= enough {
			return cost{float64(took.Nanoseconds()) / float64(n), float64(cpuTime()-cpu) / float64(n)}
		}
		n = max(n+1, min(100*n, int(1.2*float64(n)*float64(enough)/float64(took+1))))
	}
}

func cpuTime() int64 {
	var u syscall.Rusage
	must(syscall.Getrusage(syscall.RUSAGE_SELF, &u))
	return u.Utime.Nano() + u.Stime.Nano()
}

var sink any

// Keeps the compiler from leaving out work whose result nobody reads.
func keep(v any) { sink = v }

func must(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func readFile(elem ...string) []byte {
	f, err := os.Open(filepath.Join(elem...))
	must(err)
	defer f.Close()
	b, err := io.ReadAll(f)
	must(err)
	return b
}

func readJSON(into any, elem ...string) {
	if err := json.Unmarshal(readFile(elem...), into); err != nil {
		log.Fatal(fmt.Errorf("%s: %w", filepath.Join(elem...), err))
	}
}
