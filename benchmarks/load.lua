-- A script for wrk: each thread walks through the list of addresses from a place of its own; at the end one line of JSON.
local addresses, place = {}, 1
local threads = 0

function setup(thread)
  thread:set("number", threads)
  threads = threads + 1
  thread:set("of", tonumber(os.getenv("LOAD_THREADS") or "1"))
end

function init(args)
  for line in io.lines(os.getenv("LOAD_LIST")) do
    addresses[#addresses + 1] = line
  end
  place = math.floor(#addresses / of * number) + 1
end

function request()
  local address = addresses[place]
  place = place % #addresses + 1
  return wrk.format("GET", address)
end

function done(summary, latency, requests)
  local errors = summary.errors
  print(string.format(
    'RESULT {"requests": %d, "seconds": %.3f, "bytes": %d, "p50_ms": %.2f, "p95_ms": %.2f, "p99_ms": %.2f, "max_ms": %.2f, '
      .. '"status_errors": %d, "socket_errors": %d, "timeouts": %d}',
    summary.requests, summary.duration / 1e6, summary.bytes, latency:percentile(50) / 1e3, latency:percentile(95) / 1e3,
    latency:percentile(99) / 1e3, latency.max / 1e3, errors.status,
    errors.connect + errors.read + errors.write, errors.timeout))
end
