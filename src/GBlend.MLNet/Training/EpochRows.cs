namespace GBlend.MLNet;

/// <summary>
/// Which rows a fold trains on, measures and holds out, and in which order an epoch takes them: the same for all its networks and their trial
/// copies, whatever trained before.
/// </summary>
internal sealed class EpochRows
{
    private readonly TrainingSettings _settings;
    private readonly int[] _training;

    /// <param name="count">The number of all rows of the fit.</param>
    /// <param name="isHeldOut">Whether a row is held out of training.</param>
    /// <param name="settings">The seed, whether rows are shuffled, and how many are measured.</param>
    /// <param name="presence">See <see cref="TrainingRows.Presence"/>.</param>
    internal EpochRows(int count, Func<int, bool> isHeldOut, TrainingSettings settings, IReadOnlyList<bool[]?>? presence = null)
    {
        _settings = settings;
        Count = count;
        _training = [.. Enumerable.Range(0, count).Where(row => !isHeldOut(row))];
        HeldOut = [.. Enumerable.Range(0, count).Where(isHeldOut)];
        var sample = (int[])_training.Clone();
        new Random(settings.SeedOf("train loss rows")).Shuffle(sample);
        ShowEvery(presence, sample);
        Measured = sample[..Math.Min(settings.TrainLossRows, sample.Length)];
    }

    /// <summary>All rows of the fit.</summary>
    internal int Count { get; }

    /// <summary>How many rows are trained on.</summary>
    internal int Training => _training.Length;

    /// <summary>The rows that are trained on.</summary>
    internal IReadOnlyList<int> Learning => _training;

    /// <summary>The rows that are held out of training.</summary>
    internal int[] HeldOut { get; }

    /// <summary>The sample of training rows on which losses are measured.</summary>
    internal int[] Measured { get; }

    /// <summary>The training rows in the order of an epoch.</summary>
    internal int[] OrderOf(int epoch)
    {
        var order = (int[])_training.Clone();
        if (_settings.Shuffle)
            new Random(_settings.SeedOf("order", epoch)).Shuffle(order);
        return order;
    }

    /// <summary>Exchanges rows so that those which are always measured have every modality.</summary>
    private static void ShowEvery(IReadOnlyList<bool[]?>? presence, int[] sample)
    {
        int glance = Math.Min(LossMeter.GlanceRows, sample.Length), place = glance;
        foreach (var isThere in presence ?? [])
        {
            if (isThere is null || sample.Take(glance).Any(row => isThere[row]) || Array.FindIndex(sample, row => isThere[row]) is not (>= 0 and var at))
                continue;
            place--;
            (sample[place], sample[at]) = (sample[at], sample[place]);
        }
    }

    /// <summary>The seed of what is random about the rows in an epoch.</summary>
    internal int DrawOf(int epoch) => _settings.SeedOf("rows", epoch);
}
