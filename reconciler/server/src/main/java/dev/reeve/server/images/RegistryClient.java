package dev.reeve.server.images;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.reeve.manifest.images.ImageName;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;

/// Asks registries, in the ways of the OCI distribution specification (Docker's Registry HTTP API
/// v2). It only reads.
///
/// A login is sent to the registry that it is for and to the token service that this one names, and
/// never further: a redirect to another host goes without it. All is by HTTPS but for repositories
/// that are marked insecure and registries on this machine.
///
/// Safe for many threads.
final class RegistryClient implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int BODY_MAX = 8 << 20;
  private static final int PAGES_MAX = 200;
  private static final int TAGS_MAX = 100_000;
  private static final int REDIRECTS_MAX = 5;
  private static final int PAGE = 1_000;

  /// Where a token does not say how long it lasts, it is the specification that does.
  private static final int TOKEN_SECONDS = 60;

  private static final String MANIFESTS =
      String.join(
          ", ",
          "application/vnd.oci.image.index.v1+json",
          "application/vnd.oci.image.manifest.v1+json",
          "application/vnd.docker.distribution.manifest.list.v2+json",
          "application/vnd.docker.distribution.manifest.v2+json");
  private static final Pattern DIGEST = Pattern.compile("sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128}");
  private static final Pattern TAG = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}");
  private static final Pattern NEXT = Pattern.compile("<([^>]*)>\\s*;[^,]*\\brel=\"?next\"?");
  private static final Pattern PARAMETER =
      Pattern.compile("([A-Za-z_]+)\\s*=\\s*(?:\"([^\"]*)\"|([^\",\\s]+))");
  private static final Pattern LOOPBACK =
      Pattern.compile("localhost|127(\\.[0-9]{1,3}){3}|\\[::1]");

  private final HttpClient http;
  private final Map<Repository, Token> tokens = new ConcurrentHashMap<>();

  /// A repository of images, and how it is asked.
  ///
  /// @param insecure by plain HTTP
  /// @param timeout of each question
  record Repository(ImageName name, Optional<Login> login, boolean insecure, Duration timeout) {}

  /// @param etag of the list; empty where it cannot be told by it whether the list has changed
  record Tags(List<String> names, String etag) {
    Tags {
      names = List.copyOf(names);
    }
  }

  private record Token(String header, Instant until) {}

  private record Question(String method, String accept, String etag) {}

  RegistryClient(ExecutorService workers) {
    http =
        HttpClient.newBuilder()
            .executor(workers)
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(10))
            .followRedirects(HttpClient.Redirect.NEVER)
            .build();
  }

  /// All tags of a repository; empty where they are those of the ETag.
  Optional<Tags> tags(Repository repository, String etag) throws RegistryFailure {
    var names = new ArrayList<String>();
    var first = address(repository, "tags/list?n=" + PAGE);
    var page = first;
    var newEtag = "";
    for (int pages = 1; ; pages++) {
      var answer =
          ask(repository, page, new Question("GET", "application/json", pages == 1 ? etag : ""));
      if (answer.statusCode() == 304 && pages == 1) {
        return Optional.empty();
      }
      requireOk(repository, answer);
      for (JsonNode tag : json(repository, answer).path("tags")) {
        // What is no tag could not be pulled, and would be written into a commit.
        if (TAG.matcher(tag.asText()).matches()) {
          names.add(tag.asText());
        }
      }
      var next = next(repository, page, answer);
      newEtag = pages == 1 ? answer.headers().firstValue("ETag").orElse("") : "";
      if (next.isEmpty()) {
        return Optional.of(new Tags(names, newEtag));
      }
      if (pages == PAGES_MAX || names.size() > TAGS_MAX) {
        throw new RegistryFailure(repository.name() + " has more tags than are looked at");
      }
      page = next.get();
    }
  }

  private static Optional<URI> next(Repository repository, URI page, HttpResponse<byte[]> answer)
      throws RegistryFailure {
    for (String link : answer.headers().allValues("Link")) {
      var matcher = NEXT.matcher(link);
      if (matcher.find()) {
        var next = resolved(repository, page, matcher.group(1));
        if (!isSamePlace(page, next)) {
          throw new RegistryFailure(
              repository.name() + ": the next page of its tags is at another place");
        }
        return Optional.of(next);
      }
    }
    return Optional.empty();
  }

  /// What a tag names, be it an image or an index of images.
  String digest(Repository repository, String tag) throws RegistryFailure {
    var at = address(repository, "manifests/" + tag);
    var head = ask(repository, at, new Question("HEAD", MANIFESTS, ""));
    requireOk(repository, head);
    var digest = head.headers().firstValue("Docker-Content-Digest").orElse("");
    if (DIGEST.matcher(digest).matches()) {
      return digest;
    }
    return "sha256:" + sha256(manifest(repository, tag).body());
  }

  /// When an image was made, as its config says; of an index, its first image for Linux. Empty
  /// where it does not say.
  Optional<Instant> made(Repository repository, String reference) throws RegistryFailure {
    var manifest = json(repository, manifest(repository, reference));
    if (manifest.has("manifests")) {
      var image = image(manifest.path("manifests"));
      if (image.isEmpty()) {
        return Optional.empty();
      }
      manifest = json(repository, manifest(repository, image.get()));
    }
    var config = manifest.path("config").path("digest").asText();
    if (!DIGEST.matcher(config).matches()) {
      return Optional.empty();
    }
    var blob =
        ask(repository, address(repository, "blobs/" + config), new Question("GET", "*/*", ""));
    requireOk(repository, blob);
    try {
      var made = json(repository, blob).path("created").asText();
      return made.isEmpty()
          ? Optional.empty()
          : Optional.of(OffsetDateTime.parse(made).toInstant());
    } catch (DateTimeParseException e) {
      return Optional.empty();
    }
  }

  private static Optional<String> image(JsonNode images) {
    var found = "";
    for (JsonNode each : images) {
      var platform = each.path("platform");
      var digest = each.path("digest").asText();
      boolean isLinux = platform.path("os").asText("linux").equals("linux");
      if (isLinux && DIGEST.matcher(digest).matches()) {
        boolean isUsual = platform.path("architecture").asText().equals("amd64");
        found = found.isEmpty() || isUsual ? digest : found;
        if (isUsual) {
          break;
        }
      }
    }
    return found.isEmpty() ? Optional.empty() : Optional.of(found);
  }

  private HttpResponse<byte[]> manifest(Repository repository, String reference)
      throws RegistryFailure {
    var answer =
        ask(
            repository,
            address(repository, "manifests/" + reference),
            new Question("GET", MANIFESTS, ""));
    requireOk(repository, answer);
    return answer;
  }

  private static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  private static URI address(Repository repository, String rest) throws RegistryFailure {
    var name = repository.name();
    var host = name.isOnHub() ? "registry-1.docker.io" : name.registry();
    boolean isPlain = repository.insecure() || isLoopback(host.replaceFirst(":[0-9]+$", ""));
    try {
      return URI.create(
          (isPlain ? "http" : "https") + "://" + host + "/v2/" + name.path() + "/" + rest);
    } catch (IllegalArgumentException e) {
      throw new RegistryFailure(name + " is no place in a registry");
    }
  }

  private static boolean isLoopback(String host) {
    return LOOPBACK.matcher(host).matches();
  }

  private static JsonNode json(Repository repository, HttpResponse<byte[]> answer)
      throws RegistryFailure {
    try {
      return JSON.readTree(answer.body());
    } catch (IOException e) {
      throw new RegistryFailure(repository.name() + ": the answer is not JSON");
    }
  }

  // --- asking

  private HttpResponse<byte[]> ask(Repository repository, URI at, Question question)
      throws RegistryFailure {
    var known = Optional.ofNullable(tokens.get(repository));
    var header =
        known.filter(it -> it.until().isAfter(Instant.now())).map(Token::header).orElse("");
    var answer = follow(repository, at, question, header);
    // What another host asks for is not answered.
    if (answer.statusCode() != 401 || !isSamePlace(at, answer.uri())) {
      return answer;
    }
    return follow(repository, at, question, authorization(repository, answer));
  }

  /// @param authorization empty for none
  private HttpResponse<byte[]> follow(
      Repository repository, URI at, Question question, String authorization)
      throws RegistryFailure {
    var place = at;
    var header = authorization;
    for (int redirects = 0; ; redirects++) {
      var request =
          HttpRequest.newBuilder(place)
              .method(question.method(), BodyPublishers.noBody())
              .header("Accept", question.accept());
      if (!header.isEmpty()) {
        request.header("Authorization", header);
      }
      if (!question.etag().isEmpty()) {
        request.header("If-None-Match", question.etag());
      }
      var answer = send(repository, request);
      var location = answer.headers().firstValue("Location");
      boolean isElsewhere =
          switch (answer.statusCode()) {
            case 301, 302, 303, 307, 308 -> location.isPresent();
            default -> false;
          };
      if (!isElsewhere) {
        return answer;
      }
      if (redirects == REDIRECTS_MAX) {
        throw new RegistryFailure(repository.name() + ": too many redirects");
      }
      var next = resolved(repository, place, location.orElseThrow());
      if (!isSamePlace(place, next)) {
        header = "";
      }
      place = next;
    }
  }

  private static boolean isSamePlace(URI a, URI b) {
    return String.valueOf(a.getScheme()).equals(b.getScheme())
        && String.valueOf(a.getAuthority()).equals(b.getAuthority());
  }

  private static URI resolved(Repository repository, URI from, String to) throws RegistryFailure {
    try {
      return required(repository, from.resolve(to));
    } catch (IllegalArgumentException e) {
      throw new RegistryFailure(repository.name() + ": leads to what is no address");
    }
  }

  private static URI required(Repository repository, URI place) throws RegistryFailure {
    var host = String.valueOf(place.getHost());
    boolean mayBePlain = repository.insecure() || isLoopback(host);
    if ("https".equals(place.getScheme()) || mayBePlain && "http".equals(place.getScheme())) {
      return place;
    }
    throw new RegistryFailure(
        repository.name() + ": leads to " + host + " without TLS (insecure: true allows that)");
  }

  private HttpResponse<byte[]> send(Repository repository, HttpRequest.Builder builder)
      throws RegistryFailure {
    var limit = repository.timeout();
    var request = builder.timeout(limit).build();
    var host = request.uri().getAuthority();
    var answer =
        http.sendAsync(request, BodyHandlers.limiting(BodyHandlers.ofByteArray(), BODY_MAX));
    try {
      // The request's own limit ends with the headers.
      return answer.get(limit.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException late) {
      throw new RegistryFailure(host + " did not answer within " + limit.toSeconds() + " s");
    } catch (ExecutionException failure) {
      throw explained(host, failure.getCause() == null ? failure : failure.getCause());
    } catch (InterruptedException closing) {
      Thread.currentThread().interrupt();
      throw new RegistryFailure("the control plane stops");
    } finally {
      answer.cancel(true);
    }
  }

  private static RegistryFailure explained(String host, Throwable cause) {
    if (cause instanceof HttpTimeoutException) {
      return new RegistryFailure(host + " did not answer in time");
    }
    if (cause instanceof ConnectException) {
      return new RegistryFailure(host + " cannot be reached");
    }
    var message = String.valueOf(cause.getMessage());
    return new RegistryFailure(
        message.contains("exceeds capacity")
            ? host + " answered more than " + (BODY_MAX >> 20) + " MiB"
            : host + " did not answer: " + message);
  }

  private static void requireOk(Repository repository, HttpResponse<byte[]> answer)
      throws RegistryFailure {
    int status = answer.statusCode();
    if (status == 200) {
      return;
    }
    var name = repository.name();
    throw switch (status) {
      case 401, 403 ->
          new RegistryFailure(
              name
                  + ": the registry refuses "
                  + (repository.login().isPresent()
                      ? "the login of secretRef"
                      : "to answer without a login (secretRef)"));
      case 404 -> new RegistryFailure(name + ": the registry has no such repository or tag");
      case 429 -> new RegistryFailure(name + ": the registry is asked too often", pause(answer));
      default -> new RegistryFailure(name + ": the registry answered with HTTP " + status);
    };
  }

  private static Duration pause(HttpResponse<byte[]> answer) {
    return answer
        .headers()
        .firstValue("Retry-After")
        .filter(it -> it.matches("[0-9]{1,5}"))
        .map(it -> Duration.ofSeconds(Long.parseLong(it)))
        .orElse(Duration.ofMinutes(1));
  }

  // --- logging in

  private String authorization(Repository repository, HttpResponse<byte[]> refusal)
      throws RegistryFailure {
    for (String challenge : refusal.headers().allValues("WWW-Authenticate")) {
      if (challenge.regionMatches(true, 0, "Bearer ", 0, 7)) {
        var token = token(repository, parameters(challenge));
        tokens.put(repository, token);
        return token.header();
      }
      if (challenge.regionMatches(true, 0, "Basic", 0, 5) && repository.login().isPresent()) {
        var header = repository.login().get().basic();
        tokens.put(repository, new Token(header, Instant.now().plus(Duration.ofHours(1))));
        return header;
      }
    }
    requireOk(repository, refusal);
    throw new IllegalStateException("a refusal is not fine");
  }

  private static Map<String, String> parameters(String challenge) {
    var parameters = new TreeMap<String, String>();
    var matcher = PARAMETER.matcher(challenge.substring(7));
    while (matcher.find()) {
      var value = matcher.group(2) != null ? matcher.group(2) : matcher.group(3);
      parameters.put(matcher.group(1).toLowerCase(java.util.Locale.ROOT), value);
    }
    return parameters;
  }

  private Token token(Repository repository, Map<String, String> challenge) throws RegistryFailure {
    var realm = challenge.getOrDefault("realm", "");
    var scope = challenge.getOrDefault("scope", "repository:" + repository.name().path() + ":pull");
    var query = "scope=" + encoded(scope);
    if (challenge.containsKey("service")) {
      query = "service=" + encoded(challenge.get("service")) + "&" + query;
    }
    URI place;
    try {
      place = required(repository, URI.create(realm + (realm.contains("?") ? "&" : "?") + query));
    } catch (IllegalArgumentException e) {
      throw new RegistryFailure(repository.name() + ": its token service has no address");
    }
    var answer =
        follow(
            repository,
            place,
            new Question("GET", "application/json", ""),
            repository.login().map(Login::basic).orElse(""));
    requireOk(repository, answer);
    var json = json(repository, answer);
    var token = json.path("token").asText(json.path("access_token").asText());
    if (token.isEmpty() || !token.chars().allMatch(c -> c > ' ' && c < 127)) {
      throw new RegistryFailure(repository.name() + ": its token service gives no token");
    }
    // A little less, since it is on its way for a while.
    long seconds = Math.max(0, json.path("expires_in").asLong(TOKEN_SECONDS) - 10);
    return new Token("Bearer " + token, Instant.now().plusSeconds(Math.min(seconds, 3_600)));
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  @Override
  public void close() {
    http.shutdownNow();
  }
}
