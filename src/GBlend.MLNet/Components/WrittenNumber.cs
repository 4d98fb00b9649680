using System.Globalization;

namespace GBlend.MLNet;

/// <summary>The numbers that users wrote: a float given as an option that is a double, 0.05f for example, means 0.05 and not 0.0500000007.</summary>
internal static class WrittenNumber
{
    /// <summary>The shortest decimal number of a value that is a float; any other value as it is.</summary>
    internal static double Of(double value) => (float)value is var single && single == value
        ? double.Parse(single.ToString("R", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture)
        : value;
}
