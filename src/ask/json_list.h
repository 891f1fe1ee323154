// Indicators in the exports of other programs: JSON documents -> [JsonList] -> the values to ask
// for, in the order of the documents.
//
// MISP: what stands under "Attribute" (of an event, of an object, of a search), by its type:
//   domain hostname ip-src ip-dst url uri email email-src email-dst email-reply-to    the value
//   ip-src|port ip-dst|port hostname|port                      what stands before the bar
//   domain|ip                                                  both
// STIX 2: what stands under "objects": the value of domain-name, ipv4-addr, ipv6-addr, url and
// email-addr; of an indicator what its pattern compares with (ask/stix_pattern.h).
// All else under these keys, such as hashes and file names, is counted.
//
// Of any other JSON, such as the rows of pdns-query, dns.log of Zeek, eve.json of Suricata or an
// array of names: texts in the outermost array, and members that are called as FieldOf knows it, at
// any depth, alone or in an array. What stands under "answers", "authorities" and "additionals"
// was not asked for by who wrote it, and is not asked for here.
//
// Documents may follow each other, and are read once and never held. Memory is a few times the
// longest string, at most 128 MiB by kMaxJsonString, and the first kMostWaiting values of an object
// that may still turn out to be MISP or STIX, whatever the size.
//
// One thread at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "ask/utf8_text.h"
#include "base/status.h"

namespace pdns::ask {

inline constexpr std::size_t kMaxJsonDepth = 64;                      // objects and arrays
inline constexpr std::size_t kMaxJsonString = std::size_t{32} << 20;  // bytes between two values

inline constexpr std::size_t kMostWaiting = 1000;  // values, of 8 KiB at most
inline constexpr std::size_t kMostMembers = 8;     // in a note

// Does a list with this beginning hold a JSON document? It opens an object with a key, or an array
// with an object or a text, or is an empty one; no line of a list does.
bool LooksLikeJson(std::string_view beginning);

// And is that a line of its own, before others of its kind? Each is read by itself then, so that
// one that is broken costs no other.
bool LooksLikeJsonLines(std::string_view beginning);

// Called from the thread that reads.
struct JsonListSink {
  // A value, borrowed for the call. Not ok: it is no indicator.
  std::function<Status(std::string_view value)> add;
  // Such a value, where it stands ("Event.Attribute[3].value"), and why it is refused.
  std::function<void(const std::string& place, std::string_view value, const Status& why)> refuse;
};

// JSON that holds no list.
Status NoJsonList();

class JsonList {
 public:
  // All documents of a text. The number of attributes and objects of other kinds. kNoInput, naming
  // the byte: no JSON, JSON of another kind, or beyond a limit; what was added before is no whole
  // list.
  Result<std::uint64_t> Read(Utf8Text& text, const JsonListSink& sink);

  // One document that fills a line; one of another kind counts as an object of another kind.
  // kNoInput: no JSON, and nothing was added.
  Result<std::uint64_t> ReadLine(std::string_view line, const JsonListSink& sink);

  // Was any of them MISP, STIX, or an object with a member to ask for?
  bool known() const { return known_; }
  // Which members were asked for, where nothing but their names says that they hold indicators.
  std::vector<std::string> notes() const;

 private:
  std::vector<std::string> members_;  // at most kMostMembers
  bool known_ = false;
};

}  // namespace pdns::ask
