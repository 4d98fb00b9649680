using System.Collections;
using System.Reflection;

namespace GBlend.MLNet;

/// <summary>Looks whether a strategy of a user keeps in its fields what a checkpoint would have to save.</summary>
internal static class StrategyState
{
    /// <summary>Refuses a strategy that has state and does not save it.</summary>
    /// <exception cref="ArgumentException">It has; the message names the fields and the remedy.</exception>
    internal static void Check(BalanceStrategy strategy, string option)
    {
        var type = strategy.GetType();
        bool saves = strategy.Overrides(nameof(BalanceStrategy.SaveState)), loads = strategy.Overrides(nameof(BalanceStrategy.LoadState));
        if (saves && loads)
            return;
        string both = $"Override {nameof(BalanceStrategy.SaveState)} and {nameof(BalanceStrategy.LoadState)}";
        if (saves != loads)
            throw new ArgumentException($"{option} is set, but {type.Name} overrides only one of the two methods by which it goes on. {both}.", option);
        string[] fields = type.Assembly == typeof(BalanceStrategy).Assembly ? [] : [.. ChangingFields(type)];
        if (fields.Length > 0)
        {
            throw new ArgumentException($"{option} is set, but {type.Name} has fields that may change while it trains ({string.Join(", ", fields)}) "
                + "and does not save them, so that it could not go on from a checkpoint. "
                + $"{both}, or make the fields readonly.", option);
        }
    }

    /// <summary>
    /// The names of fields that are not readonly, or hold what can change in itself. The parameters of a primary constructor are taken for constants.
    /// </summary>
    private static IEnumerable<string> ChangingFields(Type strategy)
    {
        for (Type? type = strategy; type is not null && type != typeof(BalanceStrategy); type = type.BaseType)
        {
            foreach (var field in type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
            {
                bool isParameter = field.Name.StartsWith('<') && field.Name.EndsWith(">P", StringComparison.Ordinal);
                if (CanChange(field.FieldType) || !(field.IsInitOnly || isParameter))
                    yield return field.Name is ['<', .. var rest] && rest.IndexOf('>') is > 0 and var end ? rest[..end] : field.Name;
            }
        }
    }

    /// <summary>Collections that grow, random numbers and tensors; an array that never is another one is taken for a constant.</summary>
    private static bool CanChange(Type type) => typeof(Random).IsAssignableFrom(type) || typeof(TorchSharp.torch.Tensor).IsAssignableFrom(type)
        || (!type.IsArray && type.IsClass && (typeof(IList).IsAssignableFrom(type) || typeof(IDictionary).IsAssignableFrom(type)
            || type.GetInterfaces().Any(i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(ICollection<>))));
}
