"""What hides part of a face: found by colour (`find`), grown (`grow`), or made as a usual shape (`shapes`)."""
