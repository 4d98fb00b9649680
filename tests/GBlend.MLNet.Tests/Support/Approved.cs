namespace GBlend.MLNet.Tests;

/// <summary>What a review approved stands in a file beside the tests, so that a change of it is seen in the next one.</summary>
internal static class Approved
{
    /// <param name="what">What is compared, for the message.</param>
    /// <param name="approved">The file, NAME.approved.txt.</param>
    /// <param name="found">Its content as it is now.</param>
    internal static void Check(string what, string approved, string found)
    {
        string received = approved.Replace("approved", "received");
        string expected = File.Exists(approved) ? File.ReadAllText(approved).ReplaceLineEndings("\n") : "";
        if (found != expected)
            File.WriteAllText(received, found);
        Assert.True(found == expected,
            $"{what} changed. Compare {Path.GetFileName(received)} with {Path.GetFileName(approved)}; if the change is wanted, replace the approved file.");
        File.Delete(received);
    }
}
