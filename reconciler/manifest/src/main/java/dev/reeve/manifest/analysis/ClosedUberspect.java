package dev.reeve.manifest.analysis;

import java.util.Iterator;
import java.util.List;
import org.apache.commons.jexl3.JexlArithmetic;
import org.apache.commons.jexl3.JexlOperator;
import org.apache.commons.jexl3.introspection.JexlMethod;
import org.apache.commons.jexl3.introspection.JexlPropertyGet;
import org.apache.commons.jexl3.introspection.JexlPropertySet;
import org.apache.commons.jexl3.introspection.JexlUberspect;
import org.jspecify.annotations.Nullable;

/// What a condition can reach: items of lists, members of maps, and [Functions]. JEXL asks here for
/// every method, property and class, and there are no others: this is the sandbox.
///
/// @param engine answers for the operators, which are [ResultArithmetic]'s
record ClosedUberspect(JexlUberspect engine) implements JexlUberspect {
  @Override
  public @Nullable JexlMethod getMethod(Object target, String name, Object... arguments) {
    return target == Functions.TARGET && name.startsWith(Translation.FUNCTION)
        ? new Call(name.substring(Translation.FUNCTION.length()))
        : null;
  }

  @Override
  public JexlPropertyGet getPropertyGet(Object container, Object index) {
    return new Item(index);
  }

  @Override
  public JexlPropertyGet getPropertyGet(
      List<PropertyResolver> resolvers, Object container, Object index) {
    return new Item(index);
  }

  @Override
  public @Nullable JexlPropertySet getPropertySet(Object container, Object index, Object value) {
    return null;
  }

  @Override
  public @Nullable JexlPropertySet getPropertySet(
      List<PropertyResolver> resolvers, Object container, Object index, Object value) {
    return null;
  }

  @Override
  public @Nullable JexlMethod getConstructor(Object type, Object... arguments) {
    return null;
  }

  @Override
  public @Nullable Class<?> getClassByName(String name) {
    return null;
  }

  @Override
  public @Nullable Iterator<?> getIterator(Object value) {
    return null;
  }

  @Override
  public JexlArithmetic.Uberspect getArithmetic(JexlArithmetic arithmetic) {
    return engine.getArithmetic(arithmetic);
  }

  @Override
  public JexlOperator.Uberspect getOperator(JexlArithmetic arithmetic) {
    return engine.getOperator(arithmetic);
  }

  @Override
  public List<PropertyResolver> getResolvers(JexlOperator operator, Object value) {
    return List.of();
  }

  @Override
  public ClassLoader getClassLoader() {
    return ClosedUberspect.class.getClassLoader();
  }

  @Override
  public void setClassLoader(ClassLoader loader) {
    throw new NotEvaluated.Failure("there are no classes");
  }

  @Override
  public int getVersion() {
    return 0;
  }

  private record Item(Object index) implements JexlPropertyGet {
    @Override
    public Object invoke(Object container) {
      return Values.item(container, index);
    }

    @Override
    public Object tryInvoke(Object container, Object key) {
      return Values.item(container, key);
    }

    @Override
    public boolean tryFailed(Object value) {
      return false;
    }

    @Override
    public boolean isCacheable() {
      return false;
    }
  }

  private record Call(String function) implements JexlMethod {
    @Override
    public Object invoke(Object target, Object... arguments) {
      return Functions.call(function, List.of(arguments));
    }

    @Override
    public Object tryInvoke(String name, Object target, Object... arguments) {
      return invoke(target, arguments);
    }

    @Override
    public boolean tryFailed(Object value) {
      return false;
    }

    @Override
    public boolean isCacheable() {
      return false;
    }

    @Override
    public Class<?> getReturnType() {
      return Object.class;
    }
  }
}
