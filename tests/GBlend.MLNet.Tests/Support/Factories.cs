using System.Reflection;

namespace GBlend.MLNet.Tests;

/// <summary>
/// The components that a public class makes, found by reflection: its static methods and properties that give one, called with small arguments. A new
/// one is tested
/// as soon as it is there; one whose arguments are not known here fails the tests that ask for it.
/// </summary>
internal static class Factories
{
    /// <summary>The names of the members of a class that make a component.</summary>
    internal static TheoryData<string> Of<TComponent>(Type factory) =>
        [.. Members<TComponent>(factory).Select(member => member.Name).Distinct().Order(StringComparer.Ordinal)];

    /// <summary>Makes the component that a member of a class makes.</summary>
    internal static TComponent Make<TComponent>(Type factory, string name)
        where TComponent : class
    {
        var method = Members<TComponent>(factory).First(member => member.Name == name);
        return (TComponent)method.Invoke(null, [.. method.GetParameters().Select(Argument)])!;
    }

    private static IEnumerable<MethodInfo> Members<TComponent>(Type factory) => factory
        .GetMethods(BindingFlags.Public | BindingFlags.Static | BindingFlags.DeclaredOnly)
        .Where(method => !method.IsSpecialName && typeof(TComponent).IsAssignableFrom(method.ReturnType));

    /// <summary>Small networks and short spans; what has a default and is not a size keeps it.</summary>
    private static object? Argument(ParameterInfo parameter) => parameter.Name switch
    {
        "hiddenWidths" => new[] { 6, 5 },
        "widthMultiplier" => 1.0 / 16,
        "vocabularySize" => 50,
        "width" when parameter.HasDefaultValue => 8,
        "layers" => 1,
        "heads" => 2,
        "weights" => new[] { 1f, 1f, 1f },
        "create" => (Func<BalanceStrategy>)(() => new ConstantWeights(StrategyNeeds.Heads, new EpochPlan(1, 1, 1))),
        "everyEpochs" => 2,
        "epochs" => new[] { 1, 3 },
        "height" or "width" => 8,
        "pixels" or "frames" => 1,
        _ when parameter.HasDefaultValue => parameter.DefaultValue,
        _ => throw new InvalidOperationException(
            $"Tell the tests what to give as '{parameter.Name}' of {parameter.Member.DeclaringType!.Name}.{parameter.Member.Name}."),
    };
}
