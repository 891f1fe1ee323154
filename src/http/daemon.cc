#include "http/daemon.h"

#include <microhttpd.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "http/connection.h"
#include "http/head.h"
#include "http/peer_socket.h"
#include "http/pipe.h"
#include "http/response.h"
#include "http/stream.h"
#include "http/tls_options.h"

namespace pdns::http {
namespace {

constexpr std::chrono::hours kLongestPatience(1);
constexpr std::chrono::milliseconds kPause(10);

// Connections that leave are open until the end of a turn, beside as many newcomers. At a limit of
// its own MHD would close the newcomer.
constexpr std::size_t kLeaving = 4 * Daemon::kAddsPerTurn;

// MHD has a timeout for peers that do nothing, which a byte now and then outlives. None of ours.
constexpr unsigned kNever = 4'000'000;  // seconds; MHD multiplies them by 1000 in 32 bits
constexpr unsigned kSoon = 1;

constexpr ConnectionId kNoConnection = 0;  // they begin with 1

constexpr const char* kTooLarge = "the body is too large\n";
constexpr const char* kTooMany = "too many bodies at once: try again later\n";

Connection& Of(MHD_Connection* handle) {
  return *static_cast<Connection*>(
      MHD_get_connection_info(handle, MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context);
}

// MHD would replace %2F by a slash before anybody sees the path.
std::size_t KeepEscapes(void* /*nothing*/, MHD_Connection* /*connection*/, char* text) {
  return std::strlen(text);
}

}  // namespace

class Daemon::Impl {
 public:
  Impl(Settings settings, Handler handler)
      : settings_(std::move(settings)),
        handler_(std::move(handler)),
        table_(settings_.limits),
        mailbox_(std::make_shared<Mailbox>()) {}

  ~Impl() {
    if (daemon_ != nullptr) {
      // It must not be stopped with suspended connections.
      for (auto& [id, connection] : connections_) LetGo(connection);
      MHD_stop_daemon(daemon_);
    }
    mailbox_->Close();
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  bool Open() {
    const auto most = static_cast<unsigned>(settings_.limits.connections + kLeaving);
    const bool tls = settings_.certificate.has_value();
    std::vector<MHD_OptionItem> of_tls;
    if (tls) of_tls = TlsOptions(*settings_.certificate);
    of_tls.push_back({MHD_OPTION_END, 0, nullptr});
    unsigned flags = MHD_USE_EPOLL | MHD_USE_NO_LISTEN_SOCKET | MHD_ALLOW_SUSPEND_RESUME;
    if (tls) flags |= MHD_USE_TLS;
    daemon_ = MHD_start_daemon(
        flags, 0, nullptr, nullptr, &Impl::OnRequest, this, MHD_OPTION_ARRAY, of_tls.data(),
        MHD_OPTION_NOTIFY_CONNECTION, &Impl::OnConnection, this, MHD_OPTION_NOTIFY_COMPLETED,
        &Impl::OnCompleted, this, MHD_OPTION_URI_LOG_CALLBACK, &Impl::OnTarget, this,
        MHD_OPTION_UNESCAPE_CALLBACK, &KeepEscapes, nullptr, MHD_OPTION_CONNECTION_LIMIT, most,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, settings_.limits.request_bytes, MHD_OPTION_END);
    return daemon_ != nullptr && Watch(mailbox_->fd(), EPOLLIN, kNoConnection) &&
           Watch(MHD_get_daemon_info(daemon_, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd, EPOLLIN,
                 kNoConnection);
  }

  void Add(net::Descriptor socket, Clock::time_point now) {
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    auto* const generic = reinterpret_cast<sockaddr*>(&address);
    if (getpeername(socket.get(), generic, &size) != 0) return;  // it is gone already
    if (connections_.size() >= settings_.limits.connections + kLeaving) return;
    const std::string peer = PeerOf(address);
    if (const auto old = table_.InTheWayOf(peer)) LetGo(connections_.at(*old));
    arriving_ = table_.Add(peer, now);
    arriving_peer_ = PeerText(address);
    BoundUnsent(socket.get());
    // Calls OnConnection, and closes the socket whatever comes.
    if (MHD_add_connection(daemon_, socket.Release(), generic, size) != MHD_YES)
      table_.Remove(arriving_);
  }

  void LetOldestGo() {
    if (const auto oldest = table_.Oldest()) LetGo(connections_.at(*oldest));
  }

  void Turn(Clock::time_point now) {
    now_ = now;
    for (auto& [id, answer] : mailbox_->PopAll()) {
      const auto found = requests_.find(id);
      if (found == requests_.end()) {
        Drop(answer);
      } else {
        found->second->answer = std::move(answer);
        Resume(*found->second);
      }
    }
    for (const RequestId id : mailbox_->PopWoken()) {
      if (const auto found = requests_.find(id); found != requests_.end()) Resume(*found->second);
    }
    resumed_ = active_ = false;
    MHD_run(daemon_);
    LookForEnds();
    for (const ConnectionId id : table_.Due(now)) LetGo(connections_.at(id));
    if (!active_ && WantsMore()) active_ = BytesFlow();
  }

  std::chrono::milliseconds Patience(Clock::time_point now) const {
    using std::chrono::milliseconds;
    const bool more = WantsMore();
    if (resumed_ || (more && active_)) return {};
    // MHD says so as well, and without end, of a body whose next chunk begins with a line that is
    // longer than its memory: nothing is done for it until its time is over.
    const milliseconds longest = more ? kPause : milliseconds(kLongestPatience);
    const auto next = table_.NextDue();
    if (!next) return longest;
    const auto left = std::chrono::ceil<milliseconds>(*next - now);
    return std::clamp<milliseconds>(left, milliseconds(0), longest);
  }

  int fd() const { return watch_.get(); }
  std::size_t size() const { return connections_.size(); }

 private:
  static void OnConnection(void* self, MHD_Connection* handle, void** context,
                           MHD_ConnectionNotificationCode code) {
    Impl& daemon = *static_cast<Impl*>(self);
    daemon.active_ = true;
    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
      Connection& connection = daemon.connections_[daemon.arriving_];
      connection.id = daemon.arriving_;
      connection.peer = std::move(daemon.arriving_peer_);
      connection.handle = handle;
      connection.fd =
          MHD_get_connection_info(handle, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
      *context = &connection;
      daemon.Watch(connection.fd, EPOLLRDHUP | EPOLLONESHOT, connection.id);
    } else if (*context != nullptr) {
      // The socket is closed right after this: nobody shuts down a number that is another's.
      Connection& connection = *static_cast<Connection*>(*context);
      if (!connection.leaving) EndGently(connection.fd);
      daemon.EndRequest(connection);
      daemon.table_.Remove(connection.id);
      daemon.connections_.erase(ConnectionId{connection.id});
      *context = nullptr;
    }
  }

  // Called when the first line is whole.
  static void* OnTarget(void* self, const char* target, MHD_Connection* handle) {
    Impl& daemon = *static_cast<Impl*>(self);
    daemon.active_ = true;
    Connection& connection = Of(handle);
    connection.target = target;
    daemon.table_.BeginHeader(connection.id, daemon.now_);
    // MHD would cut the query into arguments next, each of which takes some of the connection's
    // memory; of too many it ends the connection without a word. So the query ends here for it.
    if (auto* const mark = const_cast<char*>(std::strchr(target, '?')); mark != nullptr)
      mark[1] = '\0';
    return nullptr;
  }

  // Called when the header is whole; of a request that is read on: for each piece of the body, and
  // when it is whole; and again when the connection is resumed.
  static MHD_Result OnRequest(void* self, MHD_Connection* handle, const char* url,
                              const char* method, const char* version, const char* body,
                              std::size_t* body_size, void** /*context*/) {
    Impl& daemon = *static_cast<Impl*>(self);
    daemon.active_ = true;
    Connection& connection = Of(handle);
    if (connection.leaving) return MHD_NO;
    if (connection.stage == Stage::kBody && *body_size > 0) {
      const std::string_view piece(body, std::exchange(*body_size, 0));
      return daemon.AddToBody(connection, piece) ? MHD_YES : MHD_NO;
    }
    if (connection.stage != Stage::kAnswer) {
      const Head head = HeadOf(handle, method, url, connection.target.size(), version);
      if (connection.stage == Stage::kHead && daemon.ReadsOn(connection, head)) return MHD_YES;
      if (connection.refused.has_value()) {
        daemon.Refuse(connection, *std::exchange(connection.refused, std::nullopt));
      } else if (connection.stage != Stage::kAnswer) {
        daemon.Ask(connection, head);
      }
    }
    if (connection.answer.has_value())
      return daemon.Queue(connection, *std::exchange(connection.answer, std::nullopt));
    daemon.Suspend(connection);
    return MHD_YES;
  }

  // Called when a request has been answered, or its connection is closed.
  static void OnCompleted(void* self, MHD_Connection* handle, void** /*context*/,
                          MHD_RequestTerminationCode /*code*/) {
    Impl& daemon = *static_cast<Impl*>(self);
    daemon.active_ = true;
    Connection& connection = Of(handle);
    daemon.EndRequest(connection);
    daemon.table_.BeginNext(connection.id, daemon.now_);
  }

  // Whether the rest of the request is waited for before the handler is asked. What is asked or
  // refused earlier ends the connection: MHD does not read on behind it.
  bool ReadsOn(Connection& connection, const Head& head) {
    const Limits& limits = settings_.limits;
    connection.is_head = head.method == MHD_HTTP_METHOD_HEAD;
    const BodyKind body = BodyOf(head);
    const char* fault = FaultOf(head, connection.target);
    if (fault == nullptr && (limits.body_bytes > 0 || settings_.keep_alive)) fault = body.fault;
    const std::string_view host = HostOf(head);
    if (fault != nullptr) {
      Refuse(connection, RefusalOf(connection, MHD_HTTP_BAD_REQUEST, fault));
    } else if (!host.empty() && !settings_.hosts.Allows(host)) {
      Refuse(connection, RefusalOf(connection, MHD_HTTP_MISDIRECTED_REQUEST, settings_.wrong_host));
    } else if (limits.body_bytes > 0 && body.size > limits.body_bytes) {
      Refuse(connection, RefusalOf(connection, MHD_HTTP_CONTENT_TOO_LARGE, kTooLarge));
    } else if (body.comes ? limits.body_bytes > 0 : settings_.keep_alive && !body.expects) {
      // Of one that expects a word before a body that does not come, MHD takes no answer later.
      connection.stage = Stage::kBody;
      if (body.comes) table_.BeginBody(connection.id, now_);
      return true;
    }
    return false;
  }

  void Refuse(Connection& connection, Answer answer) {
    connection.stage = Stage::kAnswer;
    table_.BeginAnswer(connection.id, now_);
    connection.answer = std::move(answer);
  }

  Answer RefusalOf(const Connection& connection, int status, std::string_view text) const {
    if (settings_.refusal) return settings_.refusal(status, connection.target, text);
    return {.status = status, .body = std::string(text)};
  }

  void Ask(Connection& connection, const Head& head) {
    connection.stage = Stage::kAnswer;
    connection.request = ++last_request_;
    requests_[connection.request] = &connection;
    table_.BeginAnswer(connection.id, now_);
    const std::string_view target = connection.target;
    const std::size_t path = std::min(target.find('?'), target.size());
    handler_({.method = head.method,
              .path = target.substr(0, path),
              .query = target.substr(std::min(path + 1, target.size())),
              .body = connection.body,
              .headers = head.headers,
              .peer = connection.peer},
             Reply(mailbox_, connection.request, connection.over));
    FreeBody(connection);
    connection.answer = mailbox_->Pop(connection.request);
  }

  // MHD takes no answer while it reads a body: what there is to say is sent past it. Nothing else
  // is being sent then: answers are given one after another. Over TLS there is no way past it:
  // there the body is read on, and dropped, up to as much again, so that the peer is told.
  bool AddToBody(Connection& connection, std::string_view piece) {
    const Limits& limits = settings_.limits;
    if (connection.refused.has_value()) {
      connection.dropped += piece.size();
      return connection.dropped <= limits.body_bytes;
    }
    const bool too_large = connection.body.size() + piece.size() > limits.body_bytes;
    if (!too_large && bodies_ + piece.size() <= limits.bodies_bytes) {
      connection.body += piece;
      bodies_ += piece.size();
      return true;
    }
    Answer answer = too_large ? RefusalOf(connection, MHD_HTTP_CONTENT_TOO_LARGE, kTooLarge)
                              : RefusalOf(connection, MHD_HTTP_SERVICE_UNAVAILABLE, kTooMany);
    if (!settings_.certificate.has_value()) {
      const std::string words = LastWords(answer);
      send(connection.fd, words.data(), words.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
      return false;
    }
    FreeBody(connection);
    connection.refused = std::move(answer);
    return true;
  }

  void FreeBody(Connection& connection) {
    bodies_ -= connection.body.size();
    connection.body = {};
  }

  MHD_Result Queue(Connection& connection, Answer answer) {
    table_.GoOn(connection.id, now_);
    const auto status = static_cast<unsigned>(answer.status);
    if (answer.stream != nullptr) {
      connection.pipe = answer.stream->pipe();
      connection.pipe->Attach(mailbox_, connection.request);
      if (connection.is_head) connection.pipe->Close();
    }
    MHD_Response* const response = MakeResponse(
        std::move(answer),
        {.close = !settings_.keep_alive || connection.dropped > 0, .no_body = connection.is_head},
        [this, &connection](char* to, std::size_t most) {
          return ReadStream(connection, to, most);
        });
    if (response == nullptr) return MHD_NO;
    const MHD_Result queued = MHD_queue_response(connection.handle, status, response);
    MHD_destroy_response(response);
    return queued;
  }

  // MHD asks for more when all it had has been sent.
  ssize_t ReadStream(Connection& connection, char* to, std::size_t most) {
    active_ = true;
    if (connection.leaving) return kBrokenBody;
    const Pipe::Piece piece = connection.pipe->Read(to, most);
    if (piece.state == Pipe::State::kCut) return kBrokenBody;
    if (piece.state == Pipe::State::kEmpty) {
      table_.Pause(connection.id, now_);
      Suspend(connection);
      return 0;
    }
    table_.GoOn(connection.id, now_);
    return piece.state == Pipe::State::kEnd ? kEndOfBody : static_cast<ssize_t>(piece.size);
  }

  // Whatever comes for it later finds no request.
  void EndRequest(Connection& connection) {
    requests_.erase(std::exchange(connection.request, 0));
    std::exchange(connection.over, std::make_shared<std::atomic<bool>>(false))->store(true);
    if (connection.pipe != nullptr) std::exchange(connection.pipe, nullptr)->Close();
    if (connection.answer.has_value()) Drop(*std::exchange(connection.answer, std::nullopt));
    FreeBody(connection);
    connection.refused.reset();
    connection.dropped = 0;
    connection.stage = Stage::kHead;
  }

  bool Watch(int fd, std::uint32_t events, ConnectionId id, int how = EPOLL_CTL_ADD) const {
    epoll_event event{};
    event.events = events;
    event.data.u64 = id;
    return epoll_ctl(watch_.get(), how, fd, &event) == 0;
  }

  // Peers that are gone, or have ended their side.
  void LookForEnds() {
    std::array<epoll_event, 64> events;
    const int count = epoll_wait(watch_.get(), events.data(), events.size(), 0);
    for (int i = 0; i < count; ++i) {
      const epoll_event& event = events[static_cast<std::size_t>(i)];
      const ConnectionId id = event.data.u64;  // a copy: the struct is packed
      const auto found = connections_.find(id);
      if (found == connections_.end()) continue;
      if ((event.events & (EPOLLHUP | EPOLLERR)) != 0) {
        LetGo(found->second);
      } else {
        ended_.insert(id);
        table_.EndSide(id, now_);
        // Told once; from here on it is of interest whether it is gone.
        Watch(found->second.fd, EPOLLONESHOT, id, EPOLL_CTL_MOD);
      }
    }
    LetEndedGo();
  }

  // Those without a whole request. MHD does not see it where the end came together with the last
  // bytes: it takes a read of less than it asked for as the last one.
  void LetEndedGo() {
    std::erase_if(ended_, [this](ConnectionId id) {
      const auto found = connections_.find(id);
      if (found == connections_.end()) return true;
      if (found->second.stage == Stage::kAnswer) return false;
      char next = 0;
      const bool more = recv(found->second.fd, &next, 1, MSG_PEEK | MSG_DONTWAIT) > 0;
      if (!more) LetGo(found->second);
      return !more;
    });
  }

  // Its socket is shut down, MHD finds it so in the next turn, and closes it.
  void LetGo(Connection& connection) {
    if (connection.leaving) return;
    connection.leaving = true;
    table_.Leave(connection.id);
    if (connection.pipe != nullptr) connection.pipe->Close();
    shutdown(connection.fd, SHUT_RDWR);
    // Should MHD not look at the socket: it does not while its memory is full of what it cannot
    // use.
    if (!connection.suspended)
      MHD_set_connection_option(connection.handle, MHD_CONNECTION_OPTION_TIMEOUT, kSoon);
    Resume(connection);
  }

  // When it is resumed, MHD calls us before it reads on only where the connection has a timeout of
  // its own. Else it would find first that the peer has ended its side, and hang up on it.
  static void Suspend(Connection& connection) {
    MHD_set_connection_option(connection.handle, MHD_CONNECTION_OPTION_TIMEOUT, kNever);
    MHD_suspend_connection(connection.handle);
    connection.suspended = true;
  }

  // MHD: there is more to do, whatever the sockets say.
  bool WantsMore() const {
    MHD_UNSIGNED_LONG_LONG wanted = 0;
    return MHD_get_timeout(daemon_, &wanted) == MHD_YES && wanted == 0;
  }

  // Whether bytes were read since it was asked last, or can be sent.
  bool BytesFlow() {
    bool flow = false;
    for (auto& [id, connection] : connections_) {
      if (connection.suspended) continue;
      if (connection.stage == Stage::kAnswer) {
        pollfd one{connection.fd, POLLOUT, 0};
        flow = poll(&one, 1, 0) > 0 || flow;
      } else {
        int unread = 0;
        ioctl(connection.fd, FIONREAD, &unread);
        flow = std::exchange(connection.unread, unread) != unread || flow;
      }
    }
    return flow;
  }

  void Resume(Connection& connection) {
    if (!std::exchange(connection.suspended, false)) return;
    MHD_resume_connection(connection.handle);
    resumed_ = true;  // of which MHD_get_timeout says nothing
  }

  Settings settings_;
  Handler handler_;
  ConnectionTable table_;
  std::shared_ptr<Mailbox> mailbox_;
  net::Descriptor watch_{epoll_create1(EPOLL_CLOEXEC)};
  std::map<ConnectionId, Connection> connections_;
  std::map<RequestId, Connection*> requests_;  // that the handler was asked, and not answered yet
  RequestId last_request_ = 0;
  std::size_t bodies_ = 0;        // bytes of all bodies that are there
  std::set<ConnectionId> ended_;  // by their peers; what these sent may not be read yet
  ConnectionId arriving_ = 0;
  std::string arriving_peer_;
  Clock::time_point now_;
  bool resumed_ = false;
  bool active_ = false;  // something was done in the last turn
  MHD_Daemon* daemon_ = nullptr;
};

Result<std::unique_ptr<Daemon>> Daemon::Open(Settings settings, Handler handler) {
  auto impl = std::make_unique<Impl>(std::move(settings), std::move(handler));
  if (!impl->Open()) return Status::Errno("HTTP cannot be served", errno);
  return std::unique_ptr<Daemon>(new Daemon(std::move(impl)));
}

Daemon::Daemon(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Daemon::~Daemon() = default;
void Daemon::Add(net::Descriptor socket, Clock::time_point now) {
  impl_->Add(std::move(socket), now);
}
void Daemon::LetOldestGo() { impl_->LetOldestGo(); }
void Daemon::Turn(Clock::time_point now) { impl_->Turn(now); }
int Daemon::fd() const { return impl_->fd(); }
std::chrono::milliseconds Daemon::Patience(Clock::time_point now) const {
  return impl_->Patience(now);
}
std::size_t Daemon::size() const { return impl_->size(); }

}  // namespace pdns::http
