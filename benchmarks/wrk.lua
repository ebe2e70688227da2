-- Posts one line of the file of bodies after the other, round and round, and prints what was measured as one line of JSON.
local bodies, at = {}, 0

function init(args)
  for body in io.lines(args[1]) do
    bodies[#bodies + 1] = wrk.format("POST", wrk.path, { ["Content-Type"] = "application/json" }, body)
  end
end

function request()
  at = at % #bodies + 1
  return bodies[at]
end

function done(summary, latency, _)
  local errors = summary.errors
  io.write(string.format(
    '{"requests": %d, "microseconds": %d, "p50": %d, "p99": %d, "p999": %d, ' ..
    '"errors": {"connect": %d, "read": %d, "write": %d, "timeout": %d, "status": %d}}\n',
    summary.requests, summary.duration, latency:percentile(50), latency:percentile(99), latency:percentile(99.9),
    errors.connect, errors.read, errors.write, errors.timeout, errors.status))
end
