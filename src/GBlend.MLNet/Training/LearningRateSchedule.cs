namespace GBlend.MLNet;

/// <summary>
/// A schedule by which the learning rate changes over the epochs, as a factor on <see cref="GradientBlendingTrainer.Options.LearningRate"/>.
/// </summary>
/// <remarks>
/// Instances are immutable. The factor is constant within an epoch. The trial trainings of an estimate have the same factors as the epochs that
/// they stand for.
/// </remarks>
public sealed record LearningRateSchedule
{
    private readonly Func<int, int, double> _factor;
    private readonly string _name;

    private LearningRateSchedule(string name, Func<int, int, double> factor) => (_name, _factor) = (name, factor);

    /// <summary>The number of epochs over which the learning rate rises linearly to its value. Default 0.</summary>
    public int WarmUpEpochs { get; private init; }

    /// <summary>Makes a schedule that has the same learning rate in all epochs.</summary>
    /// <returns>The schedule, without warm-up.</returns>
    public static LearningRateSchedule Constant() => new("constant", static (_, _) => 1);

    /// <summary>Makes a schedule that multiplies the learning rate by a factor every so many epochs (in the paper by a tenth every 10 epochs).</summary>
    /// <param name="everyEpochs">The number of epochs between two multiplications, at least 1.</param>
    /// <param name="factor">The factor, above 0. Default 0.1.</param>
    /// <returns>The schedule, without warm-up.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The number of epochs is below 1, or the factor is not above 0 and finite.</exception>
    public static LearningRateSchedule Step(int everyEpochs, float factor = 0.1f)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(everyEpochs, 1);
        Check.Positive(factor);
        double each = Math.Round(factor, 7);
        return new(FormattableString.Invariant($"step {everyEpochs} x {factor}"), (epoch, _) => Math.Pow(each, epoch / everyEpochs));
    }

    /// <summary>Makes a schedule that multiplies the learning rate by a factor at given epochs, for example after 20, 30 and 40 of 45 epochs.</summary>
    /// <param name="epochs">The epochs that are the first to have the changed rate, counted from zero; at least 1, each above the one before.</param>
    /// <param name="factor">The factor, above 0. Default 0.1.</param>
    /// <returns>The schedule, without warm-up.</returns>
    /// <exception cref="ArgumentException">The epochs are not ascending, or an epoch is below 1.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The factor is not above 0 and finite.</exception>
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

    /// <summary>Makes a schedule in which the learning rate falls along half a cosine to a share of its value at the end of the run.</summary>
    /// <param name="finalFactor">The share of its value to which the learning rate falls, at least 0. Default 0.</param>
    /// <returns>The schedule, without warm-up.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The share is negative or not finite.</exception>
    public static LearningRateSchedule Cosine(float finalFactor = 0)
    {
        Check.AtLeast(finalFactor, 0);
        double final = Math.Round(finalFactor, 7);
        return new("cosine", (epoch, epochs) => final + (1 - final) * 0.5 * (1 + Math.Cos(Math.PI * epoch / epochs)));
    }

    /// <summary>Returns a copy of this schedule in which the learning rate rises linearly to its value over the first epochs.</summary>
    /// <param name="epochs">The number of epochs of the rise, at least 0.</param>
    /// <returns>The copy.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The number of epochs is negative.</exception>
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
