package dev.reeve.manifest.schema;

import dev.reeve.manifest.analysis.BoundedPattern;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/// How a text must be written.
///
/// @param name as the documentation says it
/// @param demand ends the message `spec.x "…" must be …`
record Notation(String name, String demand, Predicate<String> holds) {
  private static final Pattern VOLUME_PATTERN = Pattern.compile("[a-zA-Z0-9][a-zA-Z0-9_.-]+");
  private static final Pattern DNS_LABEL_PATTERN = Pattern.compile("[a-z0-9]([-a-z0-9]*[a-z0-9])?");
  private static final Pattern DNS_1035_PATTERN = Pattern.compile("[a-z]([-a-z0-9]*[a-z0-9])?");
  private static final Pattern LABEL_PART_PATTERN =
      Pattern.compile("[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?");
  private static final Pattern CONFIG_KEY_PATTERN = Pattern.compile("[-._a-zA-Z0-9]+");
  private static final Pattern ENV_NAME_PATTERN = Pattern.compile("[-._a-zA-Z][-._a-zA-Z0-9]*");
  private static final Pattern PORT_NAME_PATTERN = Pattern.compile("[a-z0-9]([-a-z0-9]*[a-z0-9])?");
  private static final Pattern CIDR_PATTERN =
      Pattern.compile("([0-9]{1,3})\\.([0-9]{1,3})\\.([0-9]{1,3})\\.([0-9]{1,3})/([0-9]{1,2})");
  private static final Pattern PERCENTAGE_PATTERN = Pattern.compile("(100|[0-9]{1,2})%");
  private static final Pattern HEADER_PATTERN = Pattern.compile("[-A-Za-z0-9]+");
  private static final Set<String> CAPABILITIES =
      Set.of(
          "ALL",
          "AUDIT_CONTROL",
          "AUDIT_READ",
          "AUDIT_WRITE",
          "BLOCK_SUSPEND",
          "BPF",
          "CHECKPOINT_RESTORE",
          "CHOWN",
          "DAC_OVERRIDE",
          "DAC_READ_SEARCH",
          "FOWNER",
          "FSETID",
          "IPC_LOCK",
          "IPC_OWNER",
          "KILL",
          "LEASE",
          "LINUX_IMMUTABLE",
          "MAC_ADMIN",
          "MAC_OVERRIDE",
          "MKNOD",
          "NET_ADMIN",
          "NET_BIND_SERVICE",
          "NET_BROADCAST",
          "NET_RAW",
          "PERFMON",
          "SETFCAP",
          "SETGID",
          "SETPCAP",
          "SETUID",
          "SYS_ADMIN",
          "SYS_BOOT",
          "SYS_CHROOT",
          "SYSLOG",
          "SYS_MODULE",
          "SYS_NICE",
          "SYS_PACCT",
          "SYS_PTRACE",
          "SYS_RAWIO",
          "SYS_RESOURCE",
          "SYS_TIME",
          "SYS_TTY_CONFIG",
          "WAKE_ALARM");

  /// As the engine names its volumes.
  static final Notation VOLUME =
      new Notation(
          "volume name",
          "the name of a volume of the engine (letters, digits, \"_\", \".\" and \"-\")",
          text -> VOLUME_PATTERN.matcher(text).matches());

  static final Notation ANY = new Notation("string", "", _ -> true);
  static final Notation NOT_EMPTY = new Notation("string", "not empty", text -> !text.isEmpty());
  static final Notation DNS_LABEL =
      new Notation(
          "DNS label",
          "a DNS label (lower-case letters, digits and \"-\", at most 63)",
          Notation::isDnsLabel);
  static final Notation DNS_1035_LABEL =
      new Notation(
          "DNS label",
          "a DNS label that begins with a letter (lower-case letters, digits and \"-\", at most 63)",
          text -> text.length() <= 63 && DNS_1035_PATTERN.matcher(text).matches());
  static final Notation DNS_SUBDOMAIN =
      new Notation(
          "DNS name",
          "a DNS name (lower-case letters, digits, \"-\" and \".\", at most 253)",
          Notation::isDnsSubdomain);
  static final Notation HOST =
      new Notation(
          "host name",
          "a DNS name, or one after \"*.\"",
          text -> isDnsSubdomain(text.startsWith("*.") ? text.substring(2) : text));
  static final Notation PATH_SEGMENT =
      new Notation(
          "name",
          "a name without \"/\" and \"%\"",
          text ->
              !text.isEmpty()
                  && text.length() <= 253
                  && !text.equals(".")
                  && !text.equals("..")
                  && text.indexOf('/') < 0
                  && text.indexOf('%') < 0);
  static final Notation LABEL_KEY =
      new Notation(
          "label key",
          "a label key (letters, digits, \"-\", \"_\" and \".\", with an optional DNS name and \"/\" in"
              + " front)",
          Notation::isQualifiedName);
  static final Notation ANNOTATION_KEY =
      new Notation(
          "annotation key",
          "an annotation key (letters, digits, \"-\", \"_\" and \".\", with an optional DNS name and"
              + " \"/\" in front)",
          Notation::isQualifiedName);
  static final Notation LABEL_VALUE =
      new Notation(
          "label value",
          "a label value (letters, digits, \"-\", \"_\" and \".\", at most 63)",
          text -> text.isEmpty() || isLabelPart(text));
  static final Notation CONFIG_KEY =
      new Notation(
          "key",
          "a key (letters, digits, \"-\", \"_\" and \".\", at most 253)",
          text ->
              text.length() <= 253
                  && !text.equals(".")
                  && !text.startsWith("..")
                  && CONFIG_KEY_PATTERN.matcher(text).matches());
  static final Notation ENV_NAME =
      new Notation(
          "variable name",
          "a variable name (letters, digits, \"-\", \"_\" and \".\", not a digit first)",
          text -> text.length() <= 1024 && ENV_NAME_PATTERN.matcher(text).matches());
  static final Notation PORT_NAME =
      new Notation(
          "port name",
          "a port name (lower-case letters, digits and \"-\", at least one letter, at most 15)",
          Notation::isPortName);
  static final Notation IMAGE =
      new Notation(
          "image",
          "an image such as registry.example.com/team/app:1.0",
          ImageReference::isWellFormed);
  static final Notation ABSOLUTE_PATH =
      new Notation("absolute path", "an absolute path", text -> text.startsWith("/"));
  static final Notation MOUNT_PATH =
      new Notation(
          "path", "a path without \":\"", text -> !text.isEmpty() && text.indexOf(':') < 0);
  static final Notation RELATIVE_PATH =
      new Notation(
          "relative path",
          "a relative path without \"..\"",
          text -> !text.startsWith("/") && !List.of(text.split("/", -1)).contains(".."));
  static final Notation IP_ADDRESS =
      new Notation("IP address", "an IP address", Notation::isIpAddress);
  static final Notation IPV4_NETWORK =
      new Notation("IPv4 network", "an IPv4 network such as 10.244.0.0/16", Notation::isNetwork);
  static final Notation PERCENTAGE =
      new Notation(
          "percentage",
          "a percentage from 0% to 100%",
          text -> PERCENTAGE_PATTERN.matcher(text).matches());
  static final Notation HEADER =
      new Notation(
          "header name",
          "a header name",
          text -> text.length() <= 256 && HEADER_PATTERN.matcher(text).matches());
  static final Notation DURATION =
      new Notation(
          "duration",
          "a duration such as 30s, 5m or 1h",
          text -> Placeholders.areIn(text) || GoDuration.parse(text).isPresent());
  static final Notation INTERVAL =
      new Notation(
          "duration",
          "a duration such as 30s, 5m or 1h, and not 0",
          text ->
              Placeholders.areIn(text)
                  || GoDuration.parse(text).filter(it -> !it.isZero()).isPresent());
  static final Notation TIMESTAMP =
      new Notation("time", "a time such as 2026-01-31T12:00:00Z", Notation::isTimestamp);
  static final Notation PATTERN =
      new Notation(
          "regular expression",
          "a regular expression, or * for all",
          text -> text.equals("*") || BoundedPattern.isWellFormed(text));
  static final Notation CAPABILITY =
      new Notation(
          "capability",
          "a capability such as NET_ADMIN",
          text -> CAPABILITIES.contains(text.startsWith("CAP_") ? text.substring(4) : text));

  Optional<String> complaint(String text) {
    return holds.test(text) ? Optional.empty() : Optional.of("must be " + demand);
  }

  static boolean isDnsLabel(String text) {
    return text.length() <= 63 && DNS_LABEL_PATTERN.matcher(text).matches();
  }

  private static boolean isDnsSubdomain(String text) {
    return text.length() <= 253
        && List.of(text.split("\\.", -1)).stream()
            .allMatch(part -> DNS_LABEL_PATTERN.matcher(part).matches());
  }

  private static boolean isQualifiedName(String text) {
    int slash = text.indexOf('/');
    return slash < 0
        ? isLabelPart(text)
        : isDnsSubdomain(text.substring(0, slash)) && isLabelPart(text.substring(slash + 1));
  }

  private static boolean isTimestamp(String text) {
    try {
      OffsetDateTime.parse(text);
      return true;
    } catch (DateTimeParseException e) {
      return false;
    }
  }

  private static boolean isLabelPart(String text) {
    return text.length() <= 63 && LABEL_PART_PATTERN.matcher(text).matches();
  }

  private static boolean isPortName(String text) {
    return text.length() <= 15
        && PORT_NAME_PATTERN.matcher(text).matches()
        && !text.contains("--")
        && text.chars().anyMatch(Character::isLetter);
  }

  private static boolean isIpAddress(String text) {
    return text.indexOf(':') >= 0
        ? text.length() <= 45
            && text.chars().allMatch(c -> c == ':' || c == '.' || Character.digit(c, 16) >= 0)
        : isNetwork(text + "/32");
  }

  private static boolean isNetwork(String text) {
    var matcher = CIDR_PATTERN.matcher(text);
    if (!matcher.matches()) {
      return false;
    }
    for (int i = 1; i <= 4; i++) {
      String part = matcher.group(i);
      if (Integer.parseInt(part) > 255 || (part.length() > 1 && part.startsWith("0"))) {
        return false;
      }
    }
    return Integer.parseInt(matcher.group(5)) <= 32;
  }
}
