// An answer as libmicrohttpd sends it: Answer -> [MakeResponse] -> Daemon.
//
// In the thread of the Daemon, one thread at a time.
#pragma once

#include <sys/types.h>

#include <functional>
#include <string>

#include "http/message.h"

struct MHD_Response;

namespace pdns::http {

// Reads the next bytes of a streamed body: how many; 0: none now, and the connection is suspended;
// kEndOfBody or kBrokenBody. Called only while the response is sent.
using ReadBody = std::function<ssize_t(char* to, std::size_t most)>;
inline constexpr ssize_t kEndOfBody = -1;
inline constexpr ssize_t kBrokenBody = -2;

struct ResponseForm {
  bool close = false;    // the connection ends with it
  bool no_body = false;  // of a HEAD: headers alone
};

// `read`: of an answer with a Stream, the body. nullptr: no memory, or a header that is none.
MHD_Response* MakeResponse(Answer answer, ResponseForm form, ReadBody read);

// A whole answer without a Stream or further headers as bytes, for where the guest takes none: the
// connection ends with it.
std::string LastWords(const Answer& answer);

}  // namespace pdns::http
