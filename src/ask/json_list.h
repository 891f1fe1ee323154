// Indicators in the exports of other programs: a JSON document of MISP or STIX -> [ReadJsonList] ->
// the values to ask for, in the order of the document.
//
// MISP: what stands under "Attribute" (of an event, of an object, of a search), by its type:
//   domain hostname ip-src ip-dst url uri email email-src email-dst email-reply-to    the value
//   ip-src|port ip-dst|port hostname|port                      what stands before the bar
//   domain|ip                                                  both
// STIX 2: what stands under "objects": the value of domain-name, ipv4-addr, ipv6-addr, url and
// email-addr; of an indicator what its pattern compares with (ask/stix_pattern.h).
// All else under these keys, such as hashes and file names, is counted.
//
// The document is read once and never held. Memory is a few times its longest string, at most 128
// MiB by kMaxJsonString, whatever its size.
//
// Functions: any thread, each with its own text.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "ask/utf8_text.h"
#include "base/status.h"

namespace pdns::ask {

inline constexpr std::size_t kMaxJsonDepth = 64;                      // objects and arrays
inline constexpr std::size_t kMaxJsonString = std::size_t{32} << 20;  // bytes between two values

// Does a list with this beginning hold a JSON document? It opens an object with a key or an array
// with an object, or is an empty one; no line of a list does.
bool LooksLikeJson(std::string_view beginning);

// Called from the thread of ReadJsonList.
struct JsonListSink {
  // A value, borrowed for the call. Not ok: it is no indicator.
  std::function<Status(std::string_view value)> add;
  // Such a value, where it stands ("Event.Attribute[3].value"), and why it is refused.
  std::function<void(const std::string& place, std::string_view value, const Status& why)> refuse;
};

// The number of attributes and objects of other kinds. kNoInput, naming the byte: no JSON, JSON of
// another kind, or beyond a limit; what was taken before is no whole list.
Result<std::uint64_t> ReadJsonList(Utf8Text& text, const JsonListSink& sink);

}  // namespace pdns::ask
