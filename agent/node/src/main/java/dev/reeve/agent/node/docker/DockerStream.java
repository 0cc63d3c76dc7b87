package dev.reeve.agent.node.docker;

import com.github.dockerjava.api.async.ResultCallback;
import java.io.Closeable;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// A stream of things that come until it ends, which is told once.
final class DockerStream<T> implements ResultCallback<T> {
  private final Consumer<T> sink;
  private final Consumer<Optional<String>> end;
  private final AtomicBoolean isOver = new AtomicBoolean();
  private volatile @Nullable Closeable source;

  DockerStream(Consumer<T> sink, Consumer<Optional<String>> end) {
    this.sink = sink;
    this.end = end;
  }

  @Override
  public void onStart(Closeable closeable) {
    source = closeable;
    if (isOver.get()) {
      close();
    }
  }

  @Override
  public void onNext(T item) {
    if (!isOver.get()) {
      sink.accept(item);
    }
  }

  @Override
  public void onError(Throwable error) {
    if (isOver.compareAndSet(false, true)) {
      end.accept(Optional.of(DockerCalls.or(error.getMessage(), error.getClass().getSimpleName())));
    }
  }

  @Override
  public void onComplete() {
    if (isOver.compareAndSet(false, true)) {
      end.accept(Optional.empty());
    }
  }

  @Override
  public void close() {
    isOver.set(true);
    var open = source;
    if (open != null) {
      try {
        open.close();
      } catch (IOException e) {
        // It is closed for us, whatever the other side makes of it.
      }
    }
  }
}
