namespace GBlend.MLNet;

/// <summary>How the learning rate changes over the epochs, as a factor on <see cref="GradientBlendingTrainer.Options.LearningRate"/>.</summary>
/// <remarks>Constant within an epoch. The trial trainings of an estimate see the same factors as the epochs they stand for.</remarks>
public sealed record LearningRateSchedule
{
    private readonly Func<int, int, double> _factor;
    private readonly string _name;

    private LearningRateSchedule(string name, Func<int, int, double> factor) => (_name, _factor) = (name, factor);

    /// <summary>The epochs over which the rate rises linearly to its value. Default 0.</summary>
    public int WarmUpEpochs { get; private init; }

    /// <summary>The same rate throughout.</summary>
    public static LearningRateSchedule Constant() => new("constant", static (_, _) => 1);

    /// <summary>The rate is multiplied by a factor every so many epochs (the paper's schedule: a tenth every 10).</summary>
    /// <param name="everyEpochs">At least 1.</param>
    /// <param name="factor">Above 0. Default 0.1.</param>
    public static LearningRateSchedule Step(int everyEpochs, float factor = 0.1f)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(everyEpochs, 1);
        Check.Positive(factor);
        double each = Math.Round(factor, 7);
        return new(FormattableString.Invariant($"step {everyEpochs} x {factor}"), (epoch, _) => Math.Pow(each, epoch / everyEpochs));
    }

    /// <summary>The rate is multiplied by a factor at given epochs, for example after 20, 30 and 40 of 45.</summary>
    /// <param name="epochs">The first epochs with the smaller rate, counted from zero; at least 1, each above the one before.</param>
    /// <param name="factor">Above 0. Default 0.1.</param>
    /// <exception cref="ArgumentException">The epochs are not ascending, or one is below 1.</exception>
    public static LearningRateSchedule Steps(IReadOnlyList<int> epochs, float factor = 0.1f)
    {
        ArgumentNullException.ThrowIfNull(epochs);
        Check.Positive(factor);
        int[] at = [.. epochs];
        if (at.Where((epoch, i) => epoch < 1 || (i > 0 && epoch <= at[i - 1])).Any())
            throw new ArgumentException($"The epochs of the steps must be 1 or more and ascending, got [{string.Join(", ", at)}].", nameof(epochs));
        double each = Math.Round(factor, 7);
        return new(FormattableString.Invariant($"steps at {string.Join(", ", at)} x {factor}"), (epoch, _) => Math.Pow(each, at.Count(e => epoch >= e)));
    }

    /// <summary>The rate falls along half a cosine to a share of its value at the end of the run.</summary>
    /// <param name="finalFactor">That share, at least 0. Default 0.</param>
    public static LearningRateSchedule Cosine(float finalFactor = 0)
    {
        Check.AtLeast(finalFactor, 0);
        double final = Math.Round(finalFactor, 7);
        return new("cosine", (epoch, epochs) => final + (1 - final) * 0.5 * (1 + Math.Cos(Math.PI * epoch / epochs)));
    }

    /// <summary>A copy that rises linearly to its rate over the first epochs.</summary>
    /// <param name="epochs">At least 0.</param>
    public LearningRateSchedule WithWarmUp(int epochs)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(epochs);
        return this with { WarmUpEpochs = epochs };
    }

    /// <inheritdoc/>
    public override string ToString() => _name + (WarmUpEpochs > 0 ? $", warm-up {WarmUpEpochs}" : "");

    internal double Factor(int epoch, int numberOfEpochs) =>
        _factor(epoch, numberOfEpochs) * (epoch < WarmUpEpochs ? (epoch + 1.0) / (WarmUpEpochs + 1) : 1);
}
