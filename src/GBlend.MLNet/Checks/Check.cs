using System.Runtime.CompilerServices;

namespace GBlend.MLNet;

/// <summary>Checks of option values, with messages that say what is allowed.</summary>
internal static class Check
{
    internal static void Probability(double value, [CallerArgumentExpression(nameof(value))] string name = "")
    {
        if (!(value >= 0 && value < 1))
            throw new ArgumentOutOfRangeException(name, value, $"{name} must be at least 0 and below 1.");
    }

    internal static void AtLeast(double value, double least, [CallerArgumentExpression(nameof(value))] string name = "")
    {
        if (!(value >= least) || double.IsInfinity(value))
            throw new ArgumentOutOfRangeException(name, value, $"{name} must be a finite number of at least {least}.");
    }

    internal static void Between(int value, int least, int most, [CallerArgumentExpression(nameof(value))] string name = "")
    {
        if (value < least || value > most)
            throw new ArgumentOutOfRangeException(name, value, $"{name} must be {least} to {most}.");
    }

    internal static void Positive(double value, [CallerArgumentExpression(nameof(value))] string name = "")
    {
        if (!(value > 0) || double.IsInfinity(value))
            throw new ArgumentOutOfRangeException(name, value, $"{name} must be a finite number above 0.");
    }
}
