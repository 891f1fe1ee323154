// The answer to one request, which a handler may give at once or later: handler -> [Reply] ->
// [Mailbox] -> Daemon.
//
// A Reply: one thread at a time, which may be another than the one that got it. A Mailbox: any
// thread. Both may outlive their Daemon; then nobody reads what is sent.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "http/message.h"
#include "net/descriptor.h"

namespace pdns::http {

using ConnectionId = std::uint64_t;  // of one Daemon, rising: the smallest is the oldest

// Answers on their way to the thread that sends them.
class Mailbox {
 public:
  Mailbox();

  void Put(ConnectionId id, Answer answer);
  std::optional<Answer> Pop(ConnectionId id);
  std::vector<std::pair<ConnectionId, Answer>> PopAll();

  // Readable while PopAll finds something; -1 if the system had no descriptor left.
  int fd() const { return wake_.get(); }

 private:
  net::Descriptor wake_;
  std::mutex mutex_;
  std::vector<std::pair<ConnectionId, Answer>> answers_;
};

class Reply {
 public:
  Reply(std::shared_ptr<Mailbox> mailbox, ConnectionId id)
      : mailbox_(std::move(mailbox)), id_(id) {}
  ~Reply();  // if nothing was sent: status 500
  Reply(Reply&&) = default;
  Reply& operator=(Reply&&) = delete;
  Reply(const Reply&) = delete;
  Reply& operator=(const Reply&) = delete;

  // Once. If the peer is gone by then, the answer is dropped.
  void Send(Answer answer);

 private:
  std::shared_ptr<Mailbox> mailbox_;  // none: sent, or moved from
  ConnectionId id_;
};

}  // namespace pdns::http
