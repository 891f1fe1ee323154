// The head of a request, and whether it may be served: libmicrohttpd's parts -> [Head] -> Daemon.
//
// The guest is lenient where that hides bytes from whoever looks at a request next: a NUL ends a
// value for it and the rest of the line is passed over, a line that begins with a NUL ends the
// header, lines are joined, spaces stand in targets. Such heads are malformed here (RFC 9112,
// sections 2.2, 3, 5 and 6.3).
//
// Values and functions: any thread, as long as the request is being handled.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/host_list.h"
#include "http/message.h"

struct MHD_Connection;

namespace pdns::http {

struct Head {
  // Views of the guest's memory, good until the request has been answered.
  std::string_view method;
  std::string_view target;  // where it stands there; its bytes behind '?' may be overwritten
  std::string_view version;
  std::vector<Header> headers;
  std::size_t size = 0;  // bytes of the head as it was sent, with the empty line
};

// `target_size`: of what was sent, with the query.
Head HeadOf(MHD_Connection* connection, const char* method, const char* target,
            std::size_t target_size, const char* version);

// What is wrong with the head, as the text of status 400; nullptr: nothing. `target`: the bytes
// that were sent.
const char* FaultOf(const Head& head, std::string_view target);

// The text of the Host header; empty if none was sent or no name is in it.
std::string_view HostOf(const Head& head);

struct BodyKind {
  bool comes = false;           // there is one, which may be empty if it comes in chunks
  std::uint64_t size = 0;       // 0 if it is not known
  bool expects = false;         // the peer may wait for a word before it sends the body
  const char* fault = nullptr;  // as FaultOf
};
BodyKind BodyOf(const Head& head);

}  // namespace pdns::http
