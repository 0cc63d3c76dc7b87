package dev.reeve.lab;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;

/// Another network than the host's, for single threads of this process. A socket belongs to the
/// network of the thread that opened it, so a thread that has entered asks from inside.
final class NetworkNamespace {
  private static final int CLONE_NEWNET = 0x4000_0000;
  private static final int READ_ONLY = 0;

  private NetworkNamespace() {}

  /// Moves the calling thread, which must be a platform thread, for the rest of its life.
  static void enter(Path namespace) {
    try (var arena = Arena.ofConfined()) {
      int file = (int) Native.OPEN.invokeExact(arena.allocateFrom(namespace.toString()), READ_ONLY);
      if (file < 0) {
        throw new IllegalStateException(namespace + " cannot be opened");
      }
      int entered = (int) Native.SETNS.invokeExact(file, CLONE_NEWNET);
      int closed = (int) Native.CLOSE.invokeExact(file);
      if (entered != 0 || closed != 0) {
        throw new IllegalStateException(namespace + " cannot be entered");
      }
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }

  /// The C library's functions.
  @SuppressWarnings("restricted")
  private static final class Native {
    static final MethodHandle OPEN =
        function(
            "open",
            FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT),
            Linker.Option.firstVariadicArg(2));
    static final MethodHandle SETNS =
        function(
            "setns",
            FunctionDescriptor.of(
                ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
    static final MethodHandle CLOSE =
        function("close", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));

    private static MethodHandle function(
        String name, FunctionDescriptor shape, Linker.Option... options) {
      var linker = Linker.nativeLinker();
      return linker.downcallHandle(linker.defaultLookup().find(name).orElseThrow(), shape, options);
    }
  }
}
