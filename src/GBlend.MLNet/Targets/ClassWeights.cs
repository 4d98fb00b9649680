using System.Globalization;

namespace GBlend.MLNet;

/// <summary>
/// The weights of the rows of one class against those of another: in the losses that are trained, in estimates, held-out losses and fitted pools.
/// Only the proportions of weights matter. Immutable.
/// </summary>
/// <example>
/// <code>
/// options.ClassWeights = ClassWeights.Balanced;
/// options.ClassWeights = ClassWeights.Of(("fraud", 20), ("no fraud", 1));
/// </code>
/// </example>
public sealed class ClassWeights
{
    private ClassWeights(IReadOnlyDictionary<string, double>? byName) => ByName = byName;

    /// <summary>Weights under which all classes count alike: each row's is in inverse proportion to the number of training rows of its class (to the
    /// sum of their example weights, if they have any).</summary>
    public static ClassWeights Balanced { get; } = new(null);

    /// <summary>The weights that were given; <see langword="null"/> for balanced ones.</summary>
    internal IReadOnlyDictionary<string, double>? ByName { get; }

    /// <summary>Gives classes weights by their names.</summary>
    /// <param name="weights">
    /// Finite weights above 0. A class is named as in the slot names of <c>Score</c>: by the value of its key, by its number, or as <c>True</c> or
    /// <c>False</c>. Rows of classes that are not named have a weight of 1.
    /// </param>
    /// <returns>The weights.</returns>
    /// <exception cref="ArgumentException">There is no weight, a name is empty or comes twice, or a weight is not finite or not above 0.</exception>
    public static ClassWeights Of(params (string Class, double Weight)[] weights)
    {
        ArgumentNullException.ThrowIfNull(weights);
        var byName = new Dictionary<string, double>(weights.Length);
        foreach (var (name, weight) in weights)
        {
            if (string.IsNullOrEmpty(name))
                throw new ArgumentException("A class weight has no class name.", nameof(weights));
            if (!(weight > 0) || double.IsInfinity(weight))
                throw new ArgumentException(
                    FormattableString.Invariant(
                    $"The weight of class '{name}' is {weight}, but it must be a finite number above 0. To train without a class, leave out its rows."),
                    nameof(weights));
            if (!byName.TryAdd(name, weight))
                throw new ArgumentException($"The class '{name}' has two weights. Give it one.", nameof(weights));
        }
        if (byName.Count == 0)
            throw new ArgumentException("No class has a weight. Name at least one, or leave ClassWeights null.", nameof(weights));
        return new(byName);
    }

    /// <summary>Gives classes weights by their names.</summary>
    /// <param name="weights">The weights by class name; see <see cref="Of(ValueTuple{string, double}[])"/>.</param>
    /// <returns>The weights.</returns>
    /// <exception cref="ArgumentException">There is no weight, a name is empty, or a weight is not finite or not above 0.</exception>
    public static ClassWeights Of(IReadOnlyDictionary<string, double> weights)
    {
        ArgumentNullException.ThrowIfNull(weights);
        return Of([.. weights.Select(w => (w.Key, w.Value))]);
    }

    /// <summary>Says the weights.</summary>
    /// <returns><c>balanced</c>, or the names and weights.</returns>
    public override string ToString() =>
        ByName is null ? "balanced" : string.Join(", ", ByName.Select(w => string.Create(CultureInfo.InvariantCulture, $"{w.Key} {w.Value}")));
}
