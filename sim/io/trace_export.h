// Call trees in formats that other tools open.
//
// OTLP JSON: the JSON encoding of opentelemetry.proto.trace.v1 (opentelemetry.io/docs/specs/otlp, "JSON Protobuf
// Encoding"): ids as hexadecimal digits, 64-bit times as texts of nanoseconds, enumerations as numbers. Jaeger and Grafana
// Tempo read it. Chrome trace: complete events of the Trace Event Format, times in microseconds; Perfetto reads it.
// Simulated time begins at the Unix epoch. Thread safety: pure functions.
#pragma once

#include <cstdint>
#include <string>

#include "metrics/call_trace.h"

namespace faultline {

// `run` makes the ids of different runs different: its fingerprint, for example.
std::string tracesOtlp(const Traces& traces, std::uint64_t run);
std::string tracesChrome(const Traces& traces);

}  // namespace faultline
