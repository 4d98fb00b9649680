using System.Reflection;

namespace GBlend.MLNet;

/// <summary>Makes objects whose item type is known at run time only, from the raw type of a column.</summary>
internal static class GenericFactory
{
    /// <summary>Calls the constructor of a generic type closed over an item type; its exceptions come through as they are.</summary>
    internal static TBase Create<TBase>(Type openType, Type item, params object?[] arguments) => (TBase)Activator.CreateInstance(
        openType.MakeGenericType(item),
        BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DoNotWrapExceptions,
        binder: null, arguments, culture: null)!;
}
