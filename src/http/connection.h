// One connection of a Daemon, as the guest's callbacks find it: what request it has come to, and
// what is known of its peer.
//
// A plain value of the Daemon's; its thread.
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>

#include "http/connection_table.h"
#include "http/message.h"
#include "http/pipe.h"
#include "http/reply.h"

struct MHD_Connection;

namespace pdns::http {

enum class Stage {
  kHead,    // no request yet, or a part of its header
  kBody,    // the header is whole, the request perhaps not
  kAnswer,  // the handler was asked, or the request refused
};

struct Connection {
  ConnectionId id = 0;
  MHD_Connection* handle = nullptr;
  int fd = -1;
  std::string peer;
  bool suspended = false;
  bool leaving = false;
  int unread = 0;  // bytes in the socket, when it was looked at last
  // Of the request that it has come to.
  Stage stage = Stage::kHead;
  RequestId request = 0;  // 0: the handler was not asked
  RequestOver over = std::make_shared<std::atomic<bool>>(false);
  std::string target;  // as it was sent, with the query
  bool is_head = false;
  std::string body;
  std::optional<Answer> refused;  // for when the body is whole, which is dropped
  std::size_t dropped = 0;        // bytes of it
  std::optional<Answer> answer;   // not yet MHD's
  std::shared_ptr<Pipe> pipe;     // of a streamed answer
};

}  // namespace pdns::http
