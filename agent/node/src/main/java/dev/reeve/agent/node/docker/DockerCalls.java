package dev.reeve.agent.node.docker;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.exception.BadRequestException;
import com.github.dockerjava.api.exception.ConflictException;
import com.github.dockerjava.api.exception.DockerException;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.core.DefaultDockerClientConfig;
import com.github.dockerjava.core.DockerClientConfig;
import com.github.dockerjava.core.DockerClientImpl;
import com.github.dockerjava.zerodep.ZerodepDockerHttpClient;
import dev.reeve.agent.node.EngineException;
import dev.reeve.agent.node.EngineException.Kind;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/// The line to one engine: each call under a time limit of its own, since a stream that is silent
/// for hours and an engine that hangs look the same to the transport, and each failure in our
/// words.
final class DockerCalls implements AutoCloseable {
  static final Duration QUICK = Duration.ofSeconds(10);
  static final Duration SLOW = Duration.ofMinutes(2);

  private static final int CONNECTIONS = 1024;

  /// The newest API that is spoken; engines from version 29 on refuse those before it.
  private static final int NEWEST_MINOR = 44;

  private final String host;
  private volatile @Nullable DockerClient client;

  DockerCalls(String host) {
    this.host = host;
  }

  /// The client, made at the first call: only then is it known which API the engine speaks.
  synchronized DockerClient client() throws IOException {
    var present = client;
    if (present != null) {
      return present;
    }
    String version;
    try (var first = connect(Optional.empty())) {
      version = or(first.versionCmd().exec().getApiVersion(), "1.41");
    }
    var made = connect(Optional.of(spoken(version)));
    client = made;
    return made;
  }

  private static String spoken(String offered) {
    int minor = Integer.parseInt(offered.substring(offered.indexOf('.') + 1));
    return "1." + Math.min(minor, NEWEST_MINOR);
  }

  private DockerClient connect(Optional<String> version) {
    var builder = DefaultDockerClientConfig.createDefaultConfigBuilder().withDockerHost(host);
    version.ifPresent(builder::withApiVersion);
    DockerClientConfig config = builder.build();
    return DockerClientImpl.getInstance(
        config,
        new ZerodepDockerHttpClient.Builder()
            .dockerHost(config.getDockerHost())
            .sslConfig(config.getSSLConfig())
            .maxConnections(CONNECTIONS)
            .connectionTimeout(QUICK)
            .build());
  }

  static <T> T call(Duration limit, Callable<T> work) throws EngineException {
    var result = new CompletableFuture<T>();
    var thread =
        Thread.ofVirtual()
            .name("engine")
            .start(() -> {
              try {
                result.complete(work.call());
              } catch (Throwable e) {
                result.completeExceptionally(e);
              }
            });
    try {
      return result.get(limit.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      thread.interrupt();
      throw new EngineException(
          Kind.AWAY, "the engine did not answer within " + limit.toSeconds() + " s", e);
    } catch (InterruptedException e) {
      thread.interrupt();
      Thread.currentThread().interrupt();
      throw new EngineException(Kind.AWAY, "interrupted", e);
    } catch (ExecutionException e) {
      throw said(e.getCause() == null ? e : e.getCause());
    }
  }

  /// As `call`; what is not there is an empty result.
  static <T> Optional<T> found(Duration limit, Callable<T> work) throws EngineException {
    try {
      return Optional.of(call(limit, work));
    } catch (EngineException e) {
      if (e.kind() == Kind.NOT_FOUND) {
        return Optional.empty();
      }
      throw e;
    }
  }

  private static EngineException said(Throwable error) {
    return switch (error) {
      case EngineException e -> e;
      case NotFoundException e -> new EngineException(Kind.NOT_FOUND, message(e), e);
      case ConflictException e -> new EngineException(Kind.CONFLICT, message(e), e);
      case BadRequestException e -> new EngineException(Kind.REFUSED, message(e), e);
      case DockerException e -> new EngineException(Kind.REFUSED, message(e), e);
      case IllegalArgumentException e -> new EngineException(Kind.REFUSED, message(e), e);
      default -> new EngineException(Kind.AWAY, message(error), error);
    };
  }

  /// Docker wraps its sentence: `Status 404: {"message":"No such image: x"}`.
  private static String message(Throwable error) {
    var text = or(error.getMessage(), error.getClass().getSimpleName());
    int from = text.indexOf("{\"message\":\"");
    int to = text.lastIndexOf("\"}");
    return from >= 0 && to > from
        ? text.substring(from + "{\"message\":\"".length(), to).replace("\\\"", "\"")
        : text;
  }

  @Override
  public void close() {
    var open = client;
    client = null;
    if (open != null) {
      try {
        open.close();
      } catch (IOException e) {
        // Nothing is left to be done with it.
      }
    }
  }

  static <T> T or(@Nullable T value, T otherwise) {
    return value == null ? otherwise : value;
  }
}
