// What it takes to start Node and send one request with what is built in.
await fetch(process.env['BENCH_URL'])
