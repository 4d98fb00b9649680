namespace GBlend.MLNet.AutoML;

/// <summary>The lengths of training at which trials are compared.</summary>
internal static class SweepStages
{
    /// <summary>
    /// The stages of successive halving: the whole run, divided by the reduction as long as enough epochs are left; those before the last are
    /// multiples of the first, so that one length of super-epochs can end at all of them.
    /// </summary>
    internal static IReadOnlyList<int> Of(int epochs, int reduction, int least)
    {
        int divisions = 0;
        if (reduction > 1)
            divisions = Enumerable.Range(1, 31).TakeWhile(k => Math.Round(epochs / Math.Pow(reduction, k)) >= Math.Max(least, 1)).LastOrDefault();
        int first = (int)Math.Round(epochs / Math.Pow(Math.Max(reduction, 1), divisions));
        return [.. Enumerable.Range(0, divisions).Select(k => first * (int)Math.Pow(reduction, k)).Where(stage => stage < epochs), epochs];
    }

    /// <summary>The stages when the user says nothing: the first has a ninth of the run.</summary>
    internal static IReadOnlyList<int> Of(int epochs) => Of(epochs, DefaultReduction, LeastOf(epochs));

    /// <summary>The fewest epochs after which trials are compared, when the user says nothing.</summary>
    internal static int LeastOf(int epochs) => Math.Max(1, epochs / 9);

    /// <summary>One trial in so many goes on, when the user says nothing.</summary>
    internal const int DefaultReduction = 3;

    /// <summary>
    /// Where an online blending pauses for a stage: at the end of the super-epoch that is nearest. Within a super-epoch that is longer than the
    /// stage it pauses at once, for a trial that had trained longer than the others would only look better.
    /// </summary>
    internal static int NearestSuperEpoch(int stage, int superEpoch) => superEpoch > stage ? stage : (stage + (superEpoch / 2)) / superEpoch * superEpoch;
}
