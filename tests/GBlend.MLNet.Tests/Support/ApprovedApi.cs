using System.Reflection;
using PublicApiGenerator;

namespace GBlend.MLNet.Tests;

/// <summary>The public surface of a library stands in a file beside its tests, so that a change of it is seen in review.</summary>
internal static class ApprovedApi
{
    /// <param name="library">The library; its file is called NAME.approved.txt.</param>
    /// <param name="testFile">A source file in the folder of that file.</param>
    internal static void Check(Assembly library, string testFile)
    {
        string found = library.GeneratePublicApi(new ApiGeneratorOptions
        {
            IncludeAssemblyAttributes = false,
            DenyNamespacePrefixes = [],
        }).ReplaceLineEndings("\n");
        Approved.Check("The public API", Path.Combine(Path.GetDirectoryName(testFile)!, library.GetName().Name + ".approved.txt"), found);
    }
}
