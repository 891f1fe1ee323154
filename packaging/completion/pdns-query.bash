# Completion of pdns-query, pdns-ingest, pdns-serve, pdns-tap and pdns-admin for bash; the package bash-completion may be
# there or not.
# tests/packaging/completion_test.py holds it to the options and values that the programs have.

_pdns_rrtypes="A NS MD MF CNAME SOA MB MG MR NULL WKS PTR HINFO MINFO MX TXT RP AFSDB X25 ISDN RT NSAP NSAP-PTR SIG KEY
  PX GPOS AAAA LOC NXT SRV NAPTR KX CERT A6 DNAME APL DS SSHFP IPSECKEY RRSIG NSEC DNSKEY DHCID NSEC3 NSEC3PARAM TLSA
  SMIMEA HIP NINFO CDS CDNSKEY OPENPGPKEY CSYNC ZONEMD SVCB HTTPS SPF UNSPEC NID L32 L64 LP EUI48 EUI64 URI CAA AVC
  AMTRELAY TA DLV"
_pdns_messages="AUTH_QUERY AUTH_RESPONSE RESOLVER_QUERY RESOLVER_RESPONSE CLIENT_QUERY CLIENT_RESPONSE FORWARDER_QUERY
  FORWARDER_RESPONSE STUB_QUERY STUB_RESPONSE TOOL_QUERY TOOL_RESPONSE UPDATE_QUERY UPDATE_RESPONSE"
_pdns_rcodes="NOERROR FORMERR SERVFAIL NXDOMAIN NOTIMP REFUSED YXDOMAIN YXRRSET NXRRSET NOTAUTH NOTZONE DSOTYPENI
  BADVERS BADKEY BADTIME BADMODE BADNAME BADALG BADTRUNC BADCOOKIE"

# Sets what the caller has as locals: `cur`, the text to complete; `option`, the one whose value it would be, "--" for
# what stands behind that; `before`, what of the word stands in front of `cur`.
_pdns_begin() {
  local word
  cur=${COMP_WORDS[COMP_CWORD]} option=${COMP_WORDS[COMP_CWORD-1]} before=
  for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    [[ $word != -- ]] || { option=--; return; }
  done
  case $cur in  # "--sort=count" is three words unless COMP_WORDBREAKS was changed
    =) cur= ;;
    --*=*) option=${cur%%=*} before=$option= cur=${cur#*=} ;;
    -[!-]?*) option=${cur:0:2} before=$option cur=${cur:2} ;;
    *) [[ $option != = ]] || option=${COMP_WORDS[COMP_CWORD-2]} ;;
  esac
}

_pdns_words() {
  COMPREPLY=($(compgen -P "$before" -W "$1" -- "$cur"))
}

# The last element of "a,b"; in capitals, as they are typed or not.
_pdns_list() {
  local last=${cur##*,}
  COMPREPLY=($(compgen -P "$before${cur%"$last"}" -W "$1" -- "${last^^}"))
  compopt -o nospace
}

# What is no value: the options, else what the program takes.
_pdns_rest() {
  if [[ $option != -- && $before$cur == -* ]]; then
    cur=$before$cur before=
    _pdns_words "$1"
  elif [[ ${2-} == files ]]; then
    compopt -o default
  fi
}

_pdns_query() {
  local IFS=$' \t\n' cur option before
  COMPREPLY=()
  _pdns_begin
  case $option in
    -p | --format) _pdns_words "table json csv tsv dig names values" ;;
    --sort) _pdns_words "first last count name type rdata" ;;
    --color) _pdns_words "auto always never" ;;
    -t | --type) _pdns_list "$_pdns_rrtypes ANY ANY-DNSSEC" ;;
    -f | --file) compopt -o default ;;
    -d | --database) compopt -o dirnames ;;
    --rdata | --text | --raw | --ptr | --since | --until | --at | --active-on | --active-between | --first-after) ;;
    --first-before | --last-after | --last-before | --new-since | --min-count | --max-count | --bailiwick) ;;
    --sensor | --exclude) ;;
    --max-fanout | --slack | -l | --limit | --offset | --cursor) ;;
    *) _pdns_rest "--rdata --text --raw --ptr --glob --regex -f --file --quarantined -d --database -t --type --since
         --until --within --at --active-on --active-between --first-after --first-before --last-after --last-before
         --new-since --min-count --max-count --bailiwick --sensor --exclude --pivot --max-fanout --slack --dot
         -p --format -j --json --wire --csv-safe --days -l --limit --offset --cursor --sort -r --reverse --summarize
         --count-only --timeline --hits --stats --recount --local --color
         --version -h --help --help-all" ;;
  esac
}

_pdns_ingest() {
  local IFS=$' \t\n' cur option before
  COMPREPLY=()
  _pdns_begin
  case $option in
    --message-type) _pdns_list "$_pdns_messages" ;;
    --untrusted) _pdns_words "quarantine store drop" ;;
    --report) _pdns_words "text json" ;;
    --socket-owner) COMPREPLY=($(compgen -P "$before" -u -- "$cur")) ;;
    --socket-group | --backfill-group) COMPREPLY=($(compgen -P "$before" -g -- "$cur")) ;;
    -u | --unix | --follow | --backfill | --tls-cert | --tls-key | --tls-client-ca | --control | --config)
      compopt -o default ;;
    --watch | --archive | -d | --database | --outbox) compopt -o dirnames ;;
    -a | --listen | --socket-mode | --max-connections | --connection-memory | --archive-name | --archive-rotate) ;;
    --archive-keep | --min-free | --flush-interval | --memory | --journal-keep | --max-database | --min-free-database | --stats-interval | --metrics | --metrics-host) ;;
    *) _pdns_rest "-u --unix -a --listen --activated --follow --watch --backfill --message-type --untrusted
         --socket-mode --socket-owner --socket-group --tls-cert --tls-key --tls-client-ca --max-connections
         --connection-memory --archive --archive-name --archive-all --archive-rotate --archive-keep --min-free
         --no-archive-compress -d --database --outbox --flush-interval --memory --journal-keep --max-database --min-free-database --control --backfill-group
         --stats-interval --metrics --metrics-host --report --no-wait --compact --check --repair -v --verbose --config
         --version -h --help" files ;;
  esac
}

_pdns_serve() {
  local IFS=$' \t\n' cur option before
  COMPREPLY=()
  _pdns_begin
  case $option in
    -d | --database) compopt -o dirnames ;;
    --keys | --audit | --tls-cert | --tls-key | --config) compopt -o default ;;
    -l | --listen | --host | --cors | --origin | --max-time | --max-connections | -m | --memory) ;;
    *) _pdns_rest "-d --database -l --listen --keys --open --tls-cert --tls-key --host --cors --audit --origin --max-time --max-connections
         -m --memory --config --version -h --help" ;;
  esac
}

_pdns_tap() {
  local IFS=$' \t\n' cur option before
  COMPREPLY=()
  _pdns_begin
  case $option in
    --type) _pdns_list "$_pdns_messages" ;;
    -t | --rrtype) _pdns_list "$_pdns_rrtypes ANY AXFR IXFR MAILA MAILB TKEY" ;;
    --rcode) _pdns_list "$_pdns_rcodes" ;;
    -u | --unix | --follow | --control) compopt -o default ;;
    -d | --database) compopt -o dirnames ;;
    --name | --address | --answer-address | -q | --count) ;;
    *) _pdns_rest "-u --unix --follow --live -d --database --control --type --name -t --rrtype --rcode --address
         --answer-address -j --json -y --yaml --local -q --count --version -h --help" files ;;
  esac
}

# The command is the first word. Behind it stand its own options, before it and without one those of all.
_pdns_admin() {
  local IFS=$' \t\n' cur option before every="-d --database -j --json --version -h --help --help-all"
  local writes="--dry-run --control" stats="--recount --local"
  local expire="--older --last-before -t --type --name --glob --regex --exclude --bailiwick --sensor --first-before
    --max-count --quarantined --compact --trust-clock --config"
  local backup="--keep --keep-for --directory --config" restore="--to --backup --dry-run"
  COMPREPLY=()
  _pdns_begin
  if [[ $COMP_CWORD == 1 && $cur != -* ]]; then
    _pdns_words "stats ledger verify repair merge copy split expire compact backup backups restore checkpoint export import init-cluster"
    return
  fi
  case $option in
    -d | --database | --directory | --to) compopt -o dirnames; return ;;
    --control | --config) compopt -o default; return ;;
    --keep | --keep-for | --backup) return ;;
    -t | --type) _pdns_list "$_pdns_rrtypes ANY ANY-DNSSEC"; return ;;
    --older | --last-before | --name | --exclude | --bailiwick | --sensor | --first-before | --max-count) return ;;
  esac
  case ${COMP_WORDS[1]} in
    stats) _pdns_rest "$stats $every" ;;
    ledger) _pdns_rest "$every" files ;;
    verify) _pdns_rest "--quick $every" ;;
    repair) _pdns_rest "--dry-run $every" ;;
    expire) _pdns_rest "$expire $writes $every" ;;
    compact) _pdns_rest "$writes $every" ;;
    backup) _pdns_rest "$backup $writes $every" files ;;
    backups) _pdns_rest "--verify $every" files ;;
    restore) _pdns_rest "$restore $every" files ;;
    checkpoint) _pdns_rest "$writes $every" files ;;
    export) _pdns_rest "--zstd $every" files ;;
    import) _pdns_rest "$writes $every" files ;;
    init-cluster) _pdns_rest "--dry-run $every" ;;
    copy) _pdns_rest "$every" files ;;
    split) _pdns_rest "--to --remove --last-before --name --glob --regex $every" ;;
    merge) _pdns_rest "--allow-shared --dry-run $every" files ;;
    *) _pdns_rest "$stats --quick --zstd --remove --allow-shared --verify $backup $restore $expire $writes $every" ;;
  esac
}

complete -F _pdns_query pdns-query
complete -F _pdns_ingest pdns-ingest
complete -F _pdns_serve pdns-serve
complete -F _pdns_tap pdns-tap
complete -F _pdns_admin pdns-admin
