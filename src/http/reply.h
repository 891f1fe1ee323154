// The answer to one request, which a handler may give at once or later: handler -> [Reply] ->
// [Mailbox] -> Daemon.
//
// Each request has an id of its own, so that a late Reply to a request that is over answers no
// later one of the same connection.
//
// While the answer is made, a Reply knows whether anybody still waits for it.
//
// A Reply: one thread at a time, which may be another than the one that got it. A Mailbox: any
// thread. Both may outlive their Daemon; then what is sent is dropped, and a Stream in it is told.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "http/message.h"
#include "net/descriptor.h"

namespace pdns::http {

using RequestId = std::uint64_t;  // of one Daemon, rising

// Answers on their way to the thread that sends them, and the requests whose Stream has something
// to send again.
class Mailbox {
 public:
  Mailbox();

  void Put(RequestId id, Answer answer);
  std::optional<Answer> Pop(RequestId id);
  std::vector<std::pair<RequestId, Answer>> PopAll();

  void Wake(RequestId id);
  std::vector<RequestId> PopWoken();  // after PopAll

  // From here on it drops whatever comes, as well as what it has.
  void Close();

  // Readable while PopAll or PopWoken find something; -1 if the system had no descriptor left.
  int fd() const { return wake_.get(); }

 private:
  void Signal() const;

  net::Descriptor wake_;
  std::mutex mutex_;
  std::vector<std::pair<RequestId, Answer>> answers_;
  std::vector<RequestId> woken_;
  bool closed_ = false;
};

// Of an answer that nobody will send: tells its Stream, if it has one.
void Drop(const Answer& answer);

// Set by the Daemon when a request is over, whether it was answered or not; read by any thread.
using RequestOver = std::shared_ptr<std::atomic<bool>>;

class Reply {
 public:
  Reply(std::shared_ptr<Mailbox> mailbox, RequestId id,
        RequestOver over = std::make_shared<std::atomic<bool>>(false))
      : mailbox_(std::move(mailbox)), id_(id), over_(std::move(over)) {}
  ~Reply();  // if nothing was sent: status 500
  Reply(Reply&&) = default;
  Reply& operator=(Reply&&) = delete;
  Reply(const Reply&) = delete;
  Reply& operator=(const Reply&) = delete;

  // Headers of whatever answer is sent.
  void AddHeaders(std::vector<std::pair<std::string, std::string>> headers) {
    headers_ = std::move(headers);
  }

  // Once. If the peer is gone by then, the answer is dropped.
  void Send(Answer answer);

  // Before it is sent: whether nobody waits for it any more, because the peer has left or was told
  // to, or the server ends. Cheap: may be asked at every row.
  bool gone() const { return over_->load(std::memory_order_relaxed); }

 private:
  std::shared_ptr<Mailbox> mailbox_;  // none: sent, or moved from
  RequestId id_;
  RequestOver over_;
  std::vector<std::pair<std::string, std::string>> headers_;
};

}  // namespace pdns::http
